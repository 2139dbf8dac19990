-- The tables of IPython's history, as the program made them, with a few made-up rows.
CREATE TABLE sessions (session integer
                            primary key autoincrement, start timestamp,
                            end timestamp, num_cmds integer, remark text);
CREATE TABLE history
                    (session integer, line integer, source text, source_raw text,
                    PRIMARY KEY (session, line));
CREATE TABLE output_history
                            (session integer, line integer, output text,
                            PRIMARY KEY (session, line));
INSERT INTO sessions ("session", "start", "end", "num_cmds") VALUES
  (1, '2022-01-06 21:02:40', '2022-01-06 23:21:40', 2),
  (4, '2022-09-14 14:06:41', '2022-09-14 20:18:41', 13),
  (7, '2022-11-18 18:07:37', '2022-11-18 23:38:37', 4),
  (8, '2022-12-28 14:17:05', '2022-12-28 15:06:05', 11),
  (10, '2023-01-09 12:54:51', '2023-01-09 16:23:51', 6),
  (11, '2023-01-11 13:55:52', '2023-01-11 16:11:52', 12),
  (13, '2023-05-24 13:32:48', '2023-05-24 19:12:48', 7),
  (14, '2023-05-26 18:06:03', '2023-05-26 22:30:03', 9),
  (16, '2023-10-29 14:32:18', '2023-10-29 16:15:18', 13),
  (17, '2023-11-05 14:06:27', '2023-11-05 14:16:27', 3),
  (19, '2023-11-27 07:01:58', '2023-11-27 07:32:58', 13),
  (20, '2024-01-07 17:40:59', '2024-01-07 21:08:59', 5),
  (22, '2024-06-21 09:05:50', '2024-06-21 12:33:50', 7),
  (23, '2024-06-27 10:59:19', '2024-06-27 15:45:19', 12),
  (25, '2024-07-29 20:38:13', '2024-07-30 01:41:13', 10),
  (27, '2024-10-31 19:19:05', '2024-10-31 22:05:05', 10),
  (28, '2024-11-01 16:50:24', '2024-11-01 23:12:24', 2),
  (31, '2024-12-20 15:27:22', '2024-12-20 16:58:22', 8),
  (34, '2025-01-22 18:16:52', '2025-01-22 19:50:52', 8),
  (37, '2025-05-01 10:05:46', '2025-05-01 10:42:46', 4);
INSERT INTO history ("session", "line", "source", "source_raw") VALUES
  (1, 1, 'df.to_csv(''out.csv'')', 'df.to_csv(''out.csv'')'),
  (4, 13, 'len(df)', 'len(df)'),
  (8, 3, '%timeit sum(range(1000))', '%timeit sum(range(1000))'),
  (11, 9, '1 + 1', '1 + 1'),
  (14, 8, 'df.to_csv(''out.csv'')', 'df.to_csv(''out.csv'')'),
  (17, 1, 'import pandas as pd', 'import pandas as pd'),
  (20, 1, 'df.to_csv(''out.csv'')', 'df.to_csv(''out.csv'')'),
  (23, 11, 'import pandas as pd', 'import pandas as pd'),
  (27, 7, 'plt.plot(x, y)', 'plt.plot(x, y)'),
  (31, 1, 'len(df)', 'len(df)'),
  (34, 4, '%timeit sum(range(1000))', '%timeit sum(range(1000))'),
  (37, 3, '%timeit sum(range(1000))', '%timeit sum(range(1000))');
