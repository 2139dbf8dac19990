-- The tables of a Trac project, as the program made them, with a few made-up rows.
CREATE TABLE system (
    name text PRIMARY KEY,
    value text
);
CREATE TABLE auth_cookie (
    cookie text,
    name text,
    ipnr text,
    time integer,
    UNIQUE (cookie,ipnr,name)
);
CREATE TABLE session (
    sid text,
    authenticated integer,
    last_visit integer,
    UNIQUE (sid,authenticated)
);
CREATE TABLE session_attribute (
    sid text,
    authenticated integer,
    name text,
    value text,
    UNIQUE (sid,authenticated,name)
);
CREATE TABLE cache (
    id integer PRIMARY KEY,
    generation integer,
    key text
);
CREATE TABLE attachment (
    type text,
    id text,
    filename text,
    size integer,
    time integer,
    description text,
    author text,
    UNIQUE (type,id,filename)
);
CREATE TABLE wiki (
    name text,
    version integer,
    time integer,
    author text,
    text text,
    comment text,
    readonly integer,
    UNIQUE (name,version)
);
CREATE TABLE repository (
    id integer,
    name text,
    value text,
    UNIQUE (id,name)
);
CREATE TABLE revision (
    repos integer,
    rev text,
    time integer,
    author text,
    message text,
    UNIQUE (repos,rev)
);
CREATE TABLE ticket (
    id integer PRIMARY KEY,
    type text,
    time integer,
    changetime integer,
    component text,
    severity text,
    priority text,
    owner text,
    reporter text,
    cc text,
    version text,
    milestone text,
    status text,
    resolution text,
    summary text,
    description text,
    keywords text
);
CREATE TABLE ticket_change (
    ticket integer,
    time integer,
    author text,
    field text,
    oldvalue text,
    newvalue text,
    UNIQUE (ticket,time,field)
);
CREATE TABLE ticket_custom (
    ticket integer,
    name text,
    value text,
    UNIQUE (ticket,name)
);
CREATE TABLE component (
    name text PRIMARY KEY,
    owner text,
    description text
);
CREATE TABLE milestone (
    name text PRIMARY KEY,
    due integer,
    completed integer,
    description text
);
CREATE TABLE version (
    name text PRIMARY KEY,
    time integer,
    description text
);
CREATE TABLE notify_subscription (
    id integer PRIMARY KEY,
    time integer,
    changetime integer,
    class text,
    sid text,
    authenticated integer,
    distributor text,
    format text,
    priority integer,
    adverb text
);
CREATE TABLE notify_watch (
    id integer PRIMARY KEY,
    sid text,
    authenticated integer,
    class text,
    realm text,
    target text
);
INSERT INTO system ("name", "value") VALUES
  ('initial_database_version', '45'),
  ('database_version', '45');
INSERT INTO cache ("id", "generation", "key") VALUES
  (901198563, 122, 'trac.wiki.api.WikiSystem.pages'),
  (2085311731, 0, 'trac.wiki.interwiki.InterWikiMap.interwiki_map');
INSERT INTO wiki ("name", "version", "time", "author", "text", "comment", "readonly") VALUES
  ('CamelCase', 1, 1795986751899092, 'trac', '= !CamelCase  New wiki links are automatically created when concatenating capita', NULL, 1),
  ('SandBox', 1, 1795986751900973, 'trac', '= The Sandbox =  This is just a page to practice and learn WikiFormatting.   Go ', NULL, 0),
  ('TracBatchModify', 1, 1795986751902445, 'trac', '= Trac Ticket Batch Modification = [[TracGuideToc]]  Trac supports modifying a b', NULL, 1),
  ('TracFastCgi', 1, 1795986751904480, 'trac', '= Trac with FastCGI  [[TracGuideToc]] [[PageOutline(2-5, Contents, floated)]]  [', NULL, 1),
  ('TracInterfaceCustomization', 1, 1795986751910285, 'trac', '= Customizing the Trac Interface [[TracGuideToc]] [[PageOutline(2-5,Contents,pul', NULL, 1),
  ('TracNotification', 1, 1795986751912104, 'trac', '= Email Notification of Ticket Changes [[TracGuideToc]]  Trac supports notificat', NULL, 1),
  ('TracRevisionLog', 1, 1795986751914496, 'trac', '= Viewing Revision Logs [[TracGuideToc]]  Each path in the //Repository Browser/', NULL, 1),
  ('TracSyntaxColoring', 1, 1795986751917010, 'trac', '= Syntax Coloring of Source Code Trac supports language-specific syntax highligh', NULL, 1),
  ('TracWiki', 1, 1795986751919081, 'trac', '= The Trac Wiki System = [[TracGuideToc]]  Trac has a built-in wiki system which', NULL, 1),
  ('WikiNewPage', 1, 1795986751921721, 'trac', '= Steps to Add a New Wiki Page = [[TracGuideToc]]  You can create a new wiki pag', NULL, 1),
  ('Plan0', 1, 1795986755704476, 'Dara Okafor', '= Plan 0.30862476870916633 =', 'edit', 0),
  ('Plan2', 1, 1795986755805859, 'Farah Haddad', '= Plan 0.09560921550639012 =', 'edit', 0);
INSERT INTO ticket ("id", "type", "time", "changetime", "component", "priority", "owner", "reporter", "milestone", "status", "resolution", "summary") VALUES
  (1, 'enhancement', 1731168404000000, 1731406004000000, 'component1', 'major', 'Jana Dvorak', 'Bruno Keller', 'milestone1', 'accepted', NULL, 'Ticket machine no. 0'),
  (7, 'defect', 1642250295000000, 1642361895000000, 'component1', 'major', 'Goran Petrov', 'Chiara Conti', 'milestone2', 'closed', 'fixed', 'Rail no. 6'),
  (8, 'defect', 1731485403000000, 1731661803000000, 'component2', 'blocker', 'Hanna Virtanen', 'Alma Reyes', 'milestone1', 'closed', 'fixed', 'Rail no. 7'),
  (12, 'task', 1680974538000000, 1681194138000000, 'component2', 'major', 'Ivo Marek', 'Farah Haddad', 'milestone1', 'closed', 'fixed', 'Ticket machine no. 11'),
  (13, 'defect', 1658396405000000, 1658605205000000, 'component1', 'blocker', 'Hanna Virtanen', 'Bruno Keller', 'milestone1', 'closed', 'fixed', 'Door no. 12'),
  (15, 'enhancement', 1750928650000000, 1751141050000000, 'component1', 'minor', 'Goran Petrov', 'Farah Haddad', 'milestone3', 'accepted', NULL, 'Ticket machine no. 14'),
  (19, 'task', 1734609637000000, 1734609637000000, 'component2', 'minor', 'Hanna Virtanen', 'Bruno Keller', 'milestone2', 'new', NULL, 'Rail no. 18'),
  (20, 'defect', 1713809477000000, 1714043477000000, 'component1', 'blocker', 'Hanna Virtanen', 'Alma Reyes', 'milestone1', 'closed', 'fixed', 'Rail no. 19'),
  (25, 'defect', 1729069538000000, 1729173938000000, 'component2', 'minor', 'Goran Petrov', 'Alma Reyes', 'milestone3', 'closed', 'fixed', 'Door no. 24'),
  (27, 'defect', 1751565415000000, 1751738215000000, 'component2', 'minor', 'Jana Dvorak', 'Emil Larsen', 'milestone1', 'closed', 'fixed', 'Door no. 26'),
  (31, 'task', 1672590654000000, 1672792254000000, 'component1', 'blocker', 'Hanna Virtanen', 'Emil Larsen', 'milestone2', 'accepted', NULL, 'Rail no. 30'),
  (36, 'defect', 1660475319000000, 1660673319000000, 'component1', 'minor', 'Jana Dvorak', 'Farah Haddad', 'milestone2', 'closed', 'fixed', 'Rail no. 35'),
  (37, 'task', 1648675380000000, 1648858980000000, 'component2', 'blocker', 'Ivo Marek', 'Bruno Keller', 'milestone1', 'accepted', NULL, 'Rail no. 36'),
  (39, 'task', 1643223004000000, 1643431804000000, 'component1', 'blocker', 'Goran Petrov', 'Chiara Conti', 'milestone1', 'closed', 'fixed', 'Rail no. 38'),
  (43, 'task', 1671098227000000, 1671098227000000, 'component2', 'major', 'Goran Petrov', 'Emil Larsen', 'milestone2', 'new', NULL, 'Door no. 42'),
  (49, 'defect', 1674854261000000, 1674854261000000, 'component1', 'minor', 'Hanna Virtanen', 'Farah Haddad', 'milestone1', 'new', NULL, 'Map no. 48'),
  (50, 'enhancement', 1657561162000000, 1657665562000000, 'component2', 'blocker', 'Goran Petrov', 'Chiara Conti', 'milestone3', 'closed', 'fixed', 'Ticket machine no. 49'),
  (55, 'task', 1643123810000000, 1643257010000000, 'component2', 'major', 'Hanna Virtanen', 'Alma Reyes', 'milestone3', 'closed', 'fixed', 'Rail no. 54'),
  (58, 'task', 1672081732000000, 1672290532000000, 'component1', 'minor', 'Jana Dvorak', 'Chiara Conti', 'milestone1', 'closed', 'fixed', 'Door no. 57'),
  (61, 'defect', 1663141166000000, 1663141166000000, 'component2', 'minor', 'Jana Dvorak', 'Emil Larsen', 'milestone3', 'new', NULL, 'Door no. 60'),
  (64, 'defect', 1752932364000000, 1753151964000000, 'component1', 'blocker', 'Goran Petrov', 'Bruno Keller', 'milestone3', 'closed', 'fixed', 'Map no. 63'),
  (67, 'enhancement', 1741696413000000, 1741894413000000, 'component2', 'major', 'Hanna Virtanen', 'Chiara Conti', 'milestone3', 'closed', 'fixed', 'Map no. 66'),
  (71, 'enhancement', 1706526650000000, 1706677850000000, 'component2', 'minor', 'Jana Dvorak', 'Farah Haddad', 'milestone2', 'closed', 'fixed', 'Door no. 70');
INSERT INTO ticket_change ("ticket", "time", "author", "field", "oldvalue", "newvalue") VALUES
  (1, 1731280004000000, 'Ivo Marek', 'status', 'new', 'closed'),
  (8, 1731575403000000, 'Ivo Marek', 'resolution', NULL, 'fixed'),
  (12, 1681060938000000, 'Ivo Marek', 'status', 'new', 'accepted'),
  (15, 1751029450000000, 'Goran Petrov', 'resolution', NULL, 'fixed'),
  (20, 1713935477000000, 'Goran Petrov', 'comment', '1', 'Done.'),
  (27, 1751677015000000, 'Hanna Virtanen', 'resolution', NULL, 'fixed'),
  (36, 1660586919000000, 'Goran Petrov', 'status', 'new', 'closed'),
  (39, 1643377804000000, 'Goran Petrov', 'status', 'new', 'closed'),
  (50, 1657665562000000, 'Goran Petrov', 'comment', '1', 'Done.'),
  (58, 1672290532000000, 'Ivo Marek', 'comment', '2', 'Done.'),
  (64, 1753058364000000, 'Jana Dvorak', 'comment', '1', 'Done.'),
  (71, 1706677850000000, 'Goran Petrov', 'resolution', NULL, 'fixed');
INSERT INTO component ("name", "owner") VALUES
  ('component1', 'somebody'),
  ('component2', 'somebody');
INSERT INTO milestone ("name") VALUES
  ('milestone1'),
  ('milestone2'),
  ('milestone3'),
  ('milestone4');
INSERT INTO version ("name") VALUES
  ('1.0'),
  ('2.0');
