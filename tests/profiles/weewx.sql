-- The tables of weewx's weather, as the program made them, with a few made-up rows.
CREATE TABLE archive (dateTime INTEGER NOT NULL PRIMARY KEY, usUnits INTEGER NOT NULL, interval INTEGER NOT NULL, altimeter REAL, appTemp REAL, appTemp1 REAL, barometer REAL, batteryStatus1 REAL, batteryStatus2 REAL, batteryStatus3 REAL, batteryStatus4 REAL, batteryStatus5 REAL, batteryStatus6 REAL, batteryStatus7 REAL, batteryStatus8 REAL, cloudbase REAL, co REAL, co2 REAL, consBatteryVoltage REAL, dewpoint REAL, dewpoint1 REAL, ET REAL, extraHumid1 REAL, extraHumid2 REAL, extraHumid3 REAL, extraHumid4 REAL, extraHumid5 REAL, extraHumid6 REAL, extraHumid7 REAL, extraHumid8 REAL, extraTemp1 REAL, extraTemp2 REAL, extraTemp3 REAL, extraTemp4 REAL, extraTemp5 REAL, extraTemp6 REAL, extraTemp7 REAL, extraTemp8 REAL, forecast REAL, hail REAL, hailBatteryStatus REAL, hailRate REAL, heatindex REAL, heatindex1 REAL, heatingTemp REAL, heatingVoltage REAL, humidex REAL, humidex1 REAL, illuminance REAL, inDewpoint REAL, inHumidity REAL, inTemp REAL, inTempBatteryStatus REAL, leafTemp1 REAL, leafTemp2 REAL, leafWet1 REAL, leafWet2 REAL, lightning_distance REAL, lightning_disturber_count REAL, lightning_energy REAL, lightning_noise_count REAL, lightning_strike_count REAL, luminosity REAL, maxSolarRad REAL, nh3 REAL, no2 REAL, noise REAL, o3 REAL, outHumidity REAL, outTemp REAL, outTempBatteryStatus REAL, pb REAL, pm10_0 REAL, pm1_0 REAL, pm2_5 REAL, pressure REAL, radiation REAL, rain REAL, rainBatteryStatus REAL, rainRate REAL, referenceVoltage REAL, rxCheckPercent REAL, signal1 REAL, signal2 REAL, signal3 REAL, signal4 REAL, signal5 REAL, signal6 REAL, signal7 REAL, signal8 REAL, snow REAL, snowBatteryStatus REAL, snowDepth REAL, snowMoisture REAL, snowRate REAL, so2 REAL, soilMoist1 REAL, soilMoist2 REAL, soilMoist3 REAL, soilMoist4 REAL, soilTemp1 REAL, soilTemp2 REAL, soilTemp3 REAL, soilTemp4 REAL, supplyVoltage REAL, txBatteryStatus REAL, UV REAL, uvBatteryStatus REAL, windBatteryStatus REAL, windchill REAL, windDir REAL, windGust REAL, windGustDir REAL, windrun REAL, windSpeed REAL);
CREATE TABLE archive_day_outTemp (dateTime INTEGER NOT NULL PRIMARY KEY, min REAL, mintime INTEGER, max REAL, maxtime INTEGER, sum REAL, count INTEGER, wsum REAL, sumtime INTEGER);
CREATE TABLE archive_day_rain (dateTime INTEGER NOT NULL PRIMARY KEY, min REAL, mintime INTEGER, max REAL, maxtime INTEGER, sum REAL, count INTEGER, wsum REAL, sumtime INTEGER);
CREATE TABLE archive_day__metadata (name CHAR(20) NOT NULL PRIMARY KEY, value TEXT);
INSERT INTO archive ("dateTime", "usUnits", "interval", "barometer", "inTemp", "outHumidity", "outTemp", "rain", "windDir", "windSpeed") VALUES
  (1640995200, 1, 1440, 29.769, 70.3, 69.0, 29.1, 0.0, 335.0, 2.9),
  (1651054450, 1, 1440, 30.071, 66.2, 80.0, 57.2, 0.13, 93.0, 2.0),
  (1661122385, 1, 1440, 29.654, 66.8, 95.0, 51.4, 0.0, 330.0, 3.2),
  (1671184804, 1, 1440, 29.782, 69.1, 66.0, 38.9, 0.13, 344.0, 6.8),
  (1681219056, 1, 1440, 29.978, 65.9, 91.0, 48.3, 0.0, 279.0, 8.2),
  (1691258213, 1, 1440, 29.791, 68.8, 76.0, 69.5, 0.0, 42.0, 3.7),
  (1701324170, 1, 1440, 30.121, 65.5, 73.0, 26.4, 0.0, 341.0, 10.7),
  (1711365275, 1, 1440, 29.8, 67.6, 95.0, 53.9, 0.31, 95.0, 6.8),
  (1721409203, 1, 1440, 29.726, 63.9, 37.0, 74.2, 0.0, 135.0, 4.1),
  (1731463031, 1, 1440, 29.561, 64.5, 54.0, 28.0, 0.0, 242.0, 1.2),
  (1741541193, 1, 1440, 29.869, 68.9, 76.0, 41.6, 0.0, 100.0, 5.1),
  (1751591527, 1, 1440, 29.832, 68.4, 68.0, 83.0, 0.0, 329.0, 6.2);
INSERT INTO archive_day_outTemp ("dateTime", "min", "mintime", "max", "maxtime", "sum", "count", "wsum", "sumtime") VALUES
  (1640908800, 29.1, 1640995200, 29.1, 1640995200, 29.1, 1, 2514240.0, 86400),
  (1681171200, 48.3, 1681219056, 48.3, 1681219056, 48.3, 1, 4173119.9999999995, 86400),
  (1721347200, 74.2, 1721409203, 74.2, 1721409203, 74.2, 1, 6410880.0, 86400);
INSERT INTO archive_day_rain ("dateTime", "mintime", "maxtime", "count", "sumtime") VALUES
  (1640908800, 1640995200, 1640995200, 1, 86400),
  (1681171200, 1681219056, 1681219056, 1, 86400),
  (1721347200, 1721409203, 1721409203, 1, 86400);
INSERT INTO archive_day__metadata ("name", "value") VALUES
  ('Version', '4.0'),
  ('lastUpdate', '1761797562');
