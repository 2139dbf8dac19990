-- The tables of xonsh's history, as the program made them, with a few made-up rows.
CREATE TABLE xonsh_history
                 (inp TEXT,
                  rtn INTEGER,
                  tsb REAL,
                  tse REAL,
                  sessionid TEXT,
                  out TEXT,
                  info TEXT,
                  frequency INTEGER default 1,
                  cwd TEXT
                 );
INSERT INTO xonsh_history ("inp", "rtn", "tsb", "tse", "sessionid", "frequency", "cwd") VALUES
  ('rsync -a . backup', 0, 1641202384.6676133, 1641202441.0746667, '6bb20be850d2de17a68d3c59c8102dd9', 1, '/home/alma/src'),
  ('git push', 130, 1641256533.7062454, 1641256618.882611, '6bb20be850d2de17a68d3c59c8102dd9', 1, '/srv'),
  ('cargo test', 1, 1660810363.8645308, 1660810417.9669733, '5cdb43923858252efde6e22be9b8ca11', 1, '/home/alma/src'),
  ('git status', 0, 1670612863.377615, 1670612864.6437762, '24142b4a064554f7c88a1d8c6652e250', 1, '/home/alma/src'),
  ('ls -la', 0, 1690200309.4318268, 1690200378.4804354, 'caa4564d4c7f68a99adee67de5a69ab0', 1, '/home/alma/src'),
  ('make', 0, 1690258909.0464683, 1690258952.1913345, 'caa4564d4c7f68a99adee67de5a69ab0', 1, '/home/alma/src'),
  ('cd src', 0, 1700034417.3062332, 1700034488.1893647, '3200bd5982099cf2788ead3d32f6e430', 1, '/home/alma'),
  ('cd src', 0, 1709840217.3314314, 1709840280.3607824, '32dd5c8022ad0d54902d637faa3f971c', 1, '/home/alma/src'),
  ('rsync -a . backup', 130, 1719638153.8761067, 1719638202.443604, '298062a752e216cc5d4d16ab6e16e2a3', 1, '/srv'),
  ('git status', 0, 1729432595.4300306, 1729432652.6705246, 'a2e566f2bb32359dbdea56a94aa53c06', 1, '/srv'),
  ('cargo test', 0, 1739250144.3460388, 1739250190.1280942, 'e66104a98617305b301e0e5d558c6adc', 1, '/home/alma'),
  ('cd src', 0, 1749026309.5509555, 1749026371.6190312, 'd45ea49087d17c2aec37de4b90bf55fb', 1, '/home/alma');
