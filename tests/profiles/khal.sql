-- The tables of khal's calendars, as the program made them, with a few made-up rows.
CREATE TABLE version (version INTEGER);
CREATE TABLE calendars (
            calendar TEXT NOT NULL UNIQUE,
            resource TEXT NOT NULL,
            ctag TEXT
            );
CREATE TABLE events (
                href TEXT NOT NULL,
                calendar TEXT NOT NULL,
                sequence INT,
                etag TEXT,
                item TEXT,
                primary key (href, calendar)
                );
CREATE TABLE recs_loc (
            dtstart INT NOT NULL,
            dtend INT NOT NULL,
            href TEXT NOT NULL REFERENCES events( href ),
            rec_inst TEXT NOT NULL,
            ref TEXT NOT NULL,
            dtype INT NOT NULL,
            calendar TEXT NOT NULL,
            primary key (href, rec_inst, calendar)
            );
CREATE TABLE recs_float (
            dtstart INT NOT NULL,
            dtend INT NOT NULL,
            href TEXT NOT NULL REFERENCES events( href ),
            rec_inst TEXT NOT NULL,
            ref TEXT NOT NULL,
            dtype INT NOT NULL,
            calendar TEXT NOT NULL,
            primary key (href, rec_inst, calendar)
            );
INSERT INTO version ("version") VALUES
  (5);
INSERT INTO calendars ("calendar", "resource") VALUES
  ('home', ''),
  ('work', ''),
  ('birthdays', '');
INSERT INTO events ("href", "calendar", "etag", "item") VALUES
  ('e0.ics', 'home', '0', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e0  DTST'),
  ('e7.ics', 'home', '7', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e7  DTST'),
  ('e8.ics', 'home', '8', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e8  DTST'),
  ('e14.ics', 'work', '14', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e14  DTS'),
  ('e16.ics', 'home', '16', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e16  DTS'),
  ('e21.ics', 'work', '21', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e21  DTS'),
  ('e24.ics', 'work', '24', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e24  DTS'),
  ('e28.ics', 'home', '28', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e28  DTS'),
  ('e32.ics', 'work', '32', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e32  DTS'),
  ('e35.ics', 'work', '35', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e35  DTS'),
  ('e40.ics', 'home', '40', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e40  DTS'),
  ('e42.ics', 'home', '42', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e42  DTS'),
  ('e48.ics', 'home', '48', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e48  DTS'),
  ('e49.ics', 'work', '49', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e49  DTS'),
  ('e56.ics', 'work', '56', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e56  DTS'),
  ('e63.ics', 'home', '63', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e63  DTS'),
  ('e64.ics', 'home', '64', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e64  DTS'),
  ('e70.ics', 'work', '70', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e70  DTS'),
  ('e72.ics', 'work', '72', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e72  DTS'),
  ('e77.ics', 'work', '77', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e77  DTS'),
  ('e80.ics', 'work', '80', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e80  DTS'),
  ('e88.ics', 'work', '88', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:e88  DTS'),
  ('b0.ics', 'birthdays', '0', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:b0  DTST'),
  ('b1.ics', 'birthdays', '1', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:b1  DTST'),
  ('b2.ics', 'birthdays', '2', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:b2  DTST'),
  ('b3.ics', 'birthdays', '3', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:b3  DTST'),
  ('b4.ics', 'birthdays', '4', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:b4  DTST'),
  ('b5.ics', 'birthdays', '5', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:b5  DTST'),
  ('b6.ics', 'birthdays', '6', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:b6  DTST'),
  ('b7.ics', 'birthdays', '7', 'BEGIN:VCALENDAR  VERSION:2.0  PRODID:-//made//up//EN  BEGIN:VEVENT  UID:b7  DTST');
INSERT INTO recs_loc ("dtstart", "dtend", "href", "rec_inst", "ref", "dtype", "calendar") VALUES
  (1667733187, 1667747587, 'e0.ics', '1667733187', 'PROTO', 1, 'home'),
  (1709228637, 1709230437, 'e7.ics', '1709228637', 'PROTO', 1, 'home'),
  (1694685350, 1694687150, 'e14.ics', '1694685350', 'PROTO', 1, 'work'),
  (1757497503, 1757502903, 'e21.ics', '1757497503', 'PROTO', 1, 'work'),
  (1723746550, 1723748350, 'e28.ics', '1723746550', 'PROTO', 1, 'home'),
  (1728846623, 1728850223, 'e35.ics', '1728846623', 'PROTO', 1, 'work'),
  (1718560891, 1718566291, 'e42.ics', '1718560891', 'PROTO', 1, 'home'),
  (1660846849, 1660861249, 'e49.ics', '1660846849', 'PROTO', 1, 'work'),
  (1687378603, 1687380403, 'e56.ics', '1687378603', 'PROTO', 1, 'work'),
  (1699709944, 1699713544, 'e63.ics', '1699709944', 'PROTO', 1, 'home'),
  (1729959299, 1729964699, 'e70.ics', '1729959299', 'PROTO', 1, 'work'),
  (1727949229, 1727963629, 'e77.ics', '1727949229', 'PROTO', 1, 'work');
INSERT INTO recs_float ("dtstart", "dtend", "href", "rec_inst", "ref", "dtype", "calendar") VALUES
  (1733529600, 1733616000, 'b0.ics', '1733529600', 'PROTO', 0, 'birthdays'),
  (1757376000, 1757462400, 'b1.ics', '1757376000', 'PROTO', 0, 'birthdays'),
  (1711756800, 1711843200, 'b2.ics', '1711756800', 'PROTO', 0, 'birthdays'),
  (1695772800, 1695859200, 'b3.ics', '1695772800', 'PROTO', 0, 'birthdays'),
  (1717804800, 1717891200, 'b4.ics', '1717804800', 'PROTO', 0, 'birthdays'),
  (1738800000, 1738886400, 'b5.ics', '1738800000', 'PROTO', 0, 'birthdays'),
  (1698883200, 1698969600, 'b6.ics', '1698883200', 'PROTO', 0, 'birthdays'),
  (1697500800, 1697587200, 'b7.ics', '1697500800', 'PROTO', 0, 'birthdays');
