-- The tables of Conan's cache of packages, as the program made them, with a few made-up rows.
CREATE TABLE recipes (reference text NOT NULL, rrev text NOT NULL, path text NOT NULL UNIQUE, timestamp real NOT NULL, lru integer NOT NULL , UNIQUE(reference, rrev));
CREATE TABLE packages (reference text NOT NULL, rrev text NOT NULL, pkgid text, prev text, path text NOT NULL UNIQUE, timestamp real NOT NULL, build_id text, lru integer NOT NULL , UNIQUE(reference, rrev, pkgid, prev));
INSERT INTO recipes ("reference", "rrev", "path", "timestamp", "lru") VALUES
  ('zlib/1.0', '2c2df7da2714d3e460e3f7a8f2d9ccb6', 'zlibd6ea094b13845', 1747662618.043188, 1751005229),
  ('zlib/1.1', 'f50b53ece6087d34efc4e95ecd336bda', 'zlibac4fa460a1c47', 1750426772.973975, 1754001978),
  ('zlib/2.0', 'd4329af86973aa67a983ecf735cdb450', 'zlibbfcbd6007be78', 1719742894.365345, 1723552539),
  ('fmt/1.0', '4dfbbacb597f7a47235e9aefe9a8ef39', 'fmtaf505d6ce3bd1', 1665226091.743017, 1670063632),
  ('fmt/1.1', '5b09bbebf7532ed2e3320997812799b1', 'fmtdd97da296597a', 1730146235.011418, 1736583253),
  ('fmt/2.0', '9d8c4e0814e811caf306e412251e5124', 'fmt31fda1c297a61', 1705760357.846859, 1715081451),
  ('openssl/1.0', 'b909ac542da821e10c3987d25dd4af70', 'opens149f177e13edb', 1687614357.243561, 1691064045),
  ('openssl/1.1', 'e8493de8c9815265595c843707d7f4af', 'opens28f91c9520a2f', 1660118820.722593, 1665306854),
  ('openssl/2.0', '3579f46062948b382886f31bf2e352c7', 'opensad5aed40af398', 1651911261.531325, 1660777324),
  ('boost/1.0', '3728cc003ea1a1cebfaa3b2a4a0a8cd9', 'boost0fc41bb4c88dd', 1755267240.563389, 1764395904),
  ('boost/1.1', '1902c0f7dcf50ecdf98d3c2a7fd61f87', 'boost1ebb7ed478082', 1646255924.580062, 1653594932),
  ('boost/2.0', '12005421e238096fb0cb97de57e9da53', 'boost1a515dc00224e', 1735887695.738015, 1736315230);
INSERT INTO packages ("reference", "rrev", "pkgid", "prev", "path", "timestamp", "lru") VALUES
  ('zlib/1.0', '2c2df7da2714d3e460e3f7a8f2d9ccb6', 'efa83b160a55b033c4ea706ddb980cd708e3ba1b', 'ccf1fabeefeb701e3c87002e9d7adefb', 'b/zlibe5e1f05b42a1c', 1696534120.677414, 1700820540),
  ('zlib/1.0', '2c2df7da2714d3e460e3f7a8f2d9ccb6', '9e186f6d94c008b544af1569d1a6368d8339efc5', 'c349ad56212e9256f2c7cf02630ba616', 'b/zlibe3eaa3373e9a0', 1661333873.296641, 1669054741),
  ('zlib/1.1', 'f50b53ece6087d34efc4e95ecd336bda', 'efa83b160a55b033c4ea706ddb980cd708e3ba1b', 'ccf1fabeefeb701e3c87002e9d7adefb', 'b/zlib23988db3b5395', 1725972089.000957, 1733978692),
  ('zlib/2.0', 'd4329af86973aa67a983ecf735cdb450', 'efa83b160a55b033c4ea706ddb980cd708e3ba1b', 'ccf1fabeefeb701e3c87002e9d7adefb', 'b/zlib17112cdf69a52', 1749053165.663309, 1749648597),
  ('zlib/2.0', 'd4329af86973aa67a983ecf735cdb450', '9e186f6d94c008b544af1569d1a6368d8339efc5', 'c349ad56212e9256f2c7cf02630ba616', 'b/zliba41aa1003d352', 1702902844.228824, 1710522779),
  ('fmt/1.0', '4dfbbacb597f7a47235e9aefe9a8ef39', 'efa83b160a55b033c4ea706ddb980cd708e3ba1b', 'ccf1fabeefeb701e3c87002e9d7adefb', 'b/fmtdeca47bfb95c1', 1718388974.075694, 1721093925),
  ('fmt/1.0', '4dfbbacb597f7a47235e9aefe9a8ef39', '9e186f6d94c008b544af1569d1a6368d8339efc5', 'c349ad56212e9256f2c7cf02630ba616', 'b/fmtb94cf58e66646', 1689018832.597672, 1694936307),
  ('fmt/1.1', '5b09bbebf7532ed2e3320997812799b1', 'efa83b160a55b033c4ea706ddb980cd708e3ba1b', 'ccf1fabeefeb701e3c87002e9d7adefb', 'b/fmtf0e1ca1f115a4', 1750235791.931247, 1757842532),
  ('fmt/1.1', '5b09bbebf7532ed2e3320997812799b1', '9e186f6d94c008b544af1569d1a6368d8339efc5', 'c349ad56212e9256f2c7cf02630ba616', 'b/fmt7e2cd7d066b4b', 1759427472.908923, 1768742803),
  ('fmt/2.0', '9d8c4e0814e811caf306e412251e5124', 'efa83b160a55b033c4ea706ddb980cd708e3ba1b', 'ccf1fabeefeb701e3c87002e9d7adefb', 'b/fmtd4833f7cacf0f', 1665234493.727585, 1673015916),
  ('fmt/2.0', '9d8c4e0814e811caf306e412251e5124', '9e186f6d94c008b544af1569d1a6368d8339efc5', 'c349ad56212e9256f2c7cf02630ba616', 'b/fmt6fd4cadda2e3f', 1707421398.899785, 1717394868),
  ('openssl/1.0', 'b909ac542da821e10c3987d25dd4af70', 'efa83b160a55b033c4ea706ddb980cd708e3ba1b', 'ccf1fabeefeb701e3c87002e9d7adefb', 'b/opens675cf6c831c5e', 1656674558.196541, 1661659228);
