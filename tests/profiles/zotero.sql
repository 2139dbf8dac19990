-- The tables of a Zotero library, as far as the profile names them, with a few made-up rows.
CREATE TABLE version (schema TEXT PRIMARY KEY, version INT NOT NULL);
CREATE TABLE settings (setting TEXT, key TEXT, value, PRIMARY KEY (setting, key));
CREATE TABLE syncedSettings (setting TEXT NOT NULL, libraryID INT NOT NULL, value NOT NULL, PRIMARY KEY (setting, libraryID));
CREATE TABLE syncCache (libraryID INT NOT NULL, key TEXT NOT NULL, syncObjectTypeID INT NOT NULL, version INT NOT NULL, data TEXT);
CREATE TABLE syncDeleteLog (syncObjectTypeID INT NOT NULL, libraryID INT NOT NULL, key TEXT NOT NULL, dateDeleted TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE storageDeleteLog (libraryID INT NOT NULL, key TEXT NOT NULL, dateDeleted TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE fulltextItems (itemID INTEGER PRIMARY KEY, version INT, indexedPages INT);
CREATE TABLE fulltextWords (wordID INTEGER PRIMARY KEY, word TEXT UNIQUE);
CREATE TABLE translatorCache (fileName TEXT PRIMARY KEY, metadataJSON TEXT, lastModifiedTime INT);
CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL);
CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT NOT NULL, dateAdded TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  dateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, libraryID INT NOT NULL, key TEXT NOT NULL, FOREIGN KEY (libraryID) REFERENCES libraries(libraryID));
CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE);
CREATE TABLE itemData (itemID INT, fieldID INT, valueID, PRIMARY KEY (itemID, fieldID), FOREIGN KEY (itemID) REFERENCES items(itemID),
  FOREIGN KEY (valueID) REFERENCES itemDataValues(valueID));
CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, fieldMode INT);
CREATE TABLE itemCreators (itemID INT NOT NULL, creatorID INT NOT NULL, creatorTypeID INT NOT NULL DEFAULT 1, orderIndex INT NOT NULL DEFAULT 0,
  PRIMARY KEY (itemID, creatorID, creatorTypeID, orderIndex), FOREIGN KEY (itemID) REFERENCES items(itemID), FOREIGN KEY (creatorID) REFERENCES creators(creatorID));
CREATE TABLE collections (collectionID INTEGER PRIMARY KEY, collectionName TEXT NOT NULL, parentCollectionID INT DEFAULT NULL,
  FOREIGN KEY (parentCollectionID) REFERENCES collections(collectionID));
CREATE TABLE collectionItems (collectionID INT NOT NULL, itemID INT NOT NULL, orderIndex INT NOT NULL DEFAULT 0, PRIMARY KEY (collectionID, itemID),
  FOREIGN KEY (collectionID) REFERENCES collections(collectionID), FOREIGN KEY (itemID) REFERENCES items(itemID));
CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE itemTags (itemID INT NOT NULL, tagID INT NOT NULL, type INT NOT NULL, PRIMARY KEY (itemID, tagID),
  FOREIGN KEY (itemID) REFERENCES items(itemID), FOREIGN KEY (tagID) REFERENCES tags(tagID));
INSERT INTO libraries VALUES (1, 'user');
INSERT INTO items VALUES (1, 4, '2022-01-02 10:00:00', '2022-01-02 10:00:00', 1, 'AAAA1111'), (2, 4, '2023-01-02 10:00:00', '2023-01-02 10:00:00', 1, 'BBBB2222');
INSERT INTO itemDataValues VALUES (1, 'On bread'), (2, 'On trains');
INSERT INTO itemData VALUES (1, 110, 1), (2, 110, 2);
INSERT INTO creators VALUES (1, 'Alma', 'Reyes', 0), (2, 'Bruno', 'Keil', 0);
INSERT INTO itemCreators VALUES (1, 1, 1, 0), (2, 2, 1, 0);
INSERT INTO collections VALUES (1, 'Food', NULL), (2, 'Rail', NULL);
INSERT INTO collectionItems VALUES (1, 1, 0), (2, 2, 0);
INSERT INTO tags VALUES (1, 'read'), (2, 'later');
INSERT INTO itemTags VALUES (1, 1, 0), (2, 2, 0);
