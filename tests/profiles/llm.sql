-- The tables of the logs of llm, as the program made them, with a few made-up rows.
CREATE TABLE "_llm_migrations" (
   "name" TEXT PRIMARY KEY,
   "applied_at" TEXT
);
CREATE TABLE "responses" (
   "id" TEXT PRIMARY KEY,
   "model" TEXT,
   "prompt" TEXT,
   "system" TEXT,
   "prompt_json" TEXT,
   "options_json" TEXT,
   "response" TEXT,
   "response_json" TEXT,
   "conversation_id" TEXT REFERENCES "conversations"("id"),
   "duration_ms" INTEGER,
   "datetime_utc" TEXT,
   "input_tokens" INTEGER,
   "output_tokens" INTEGER,
   "token_details" TEXT,
   "schema_id" TEXT REFERENCES "schemas"("id")
, "resolved_model" TEXT, "reasoning" TEXT);
CREATE TABLE "threads" (
   "id" TEXT PRIMARY KEY,
   "name" TEXT,
   "tip_message_hash" TEXT REFERENCES "messages"("hash"),
   "forked_from" TEXT REFERENCES "threads"("id"),
   "datetime_utc" TEXT
);
CREATE TABLE "turns" (
   "id" TEXT PRIMARY KEY,
   "thread_id" TEXT REFERENCES "threads"("id"),
   "parent_message_hash" TEXT REFERENCES "messages"("hash"),
   "tip_message_hash" TEXT REFERENCES "messages"("hash"),
   "model" TEXT,
   "resolved_model" TEXT,
   "options_json" TEXT,
   "schema_id" TEXT REFERENCES "schemas"("id"),
   "input_tokens" INTEGER,
   "output_tokens" INTEGER,
   "token_details" TEXT,
   "duration_ms" INTEGER,
   "datetime_utc" TEXT
, "response_json" TEXT);
CREATE TABLE "turn_search" (
   "id" INTEGER PRIMARY KEY,
   "turn_id" TEXT REFERENCES "turns"("id"),
   "prompt" TEXT,
   "response" TEXT
);
CREATE VIRTUAL TABLE "responses_fts" USING FTS5 (
    "prompt", "response",
    content="responses"
);
CREATE VIRTUAL TABLE "turn_search_fts" USING FTS5 (
    "prompt", "response",
    content="turn_search"
);
INSERT INTO _llm_migrations ("name", "applied_at") VALUES
  ('m001_initial', '2026-11-29 21:14:15.841590+00:00'),
  ('m009_delete_logs_table_if_empty', '2026-11-29 21:14:16.381683+00:00'),
  ('m018_tool_instances', '2026-11-29 21:14:17.095293+00:00');
INSERT INTO threads ("id", "name", "tip_message_hash", "datetime_utc") VALUES
  ('01m8mjh79bc7bgs5p742nnk6gw', 'Translate good night', 'b2:d8146ff37c2e03815ca1c066599bd45b', '2023-01-09 14:15:55.870212+00:00'),
  ('01m8mjh7aj8td1fhd7br1jz8ej', 'What is a fjord?', 'b2:bd33ac131a31dac330cea81317326b9f', '2025-11-13 19:30:47.335546+00:00'),
  ('01m8mjh7b9st2f7jzvek0r13e1', 'Translate good night', 'b2:14b07da89229bc68c43ebbc987133b13', '2023-04-30 21:10:48.538134+00:00'),
  ('01m8mjh7g1t3ck18m4z0c3arp1', 'What is a fjord?', 'b2:f232d5c2cc15a7db3020e82340ef6f7c', '2022-12-12 09:46:06.243982+00:00'),
  ('01m8mjh7j17v4w87vq7t5kbavg', 'Write a haiku', 'b2:a1da243f9e5da0523c86b3203881b7d6', '2024-08-09 20:44:19.574670+00:00'),
  ('01m8mjh7jn978spdkd6bzg6jy0', 'Fix this regex', 'b2:ea4416c68d679d0c39efe0a075e1fecb', '2023-11-02 16:29:53.244651+00:00'),
  ('01m8mjh7knmgjsxxjb9v076x1s', 'What is a fjord?', 'b2:dcb0a1de421af559b6275296ed713745', '2024-09-24 17:04:20.647261+00:00'),
  ('01m8mjh7q5ymths4zeng3we4fc', 'Write a haiku', 'b2:974fcaa54647a25e63bb2cd2862179c1', '2024-12-14 13:24:32.109283+00:00'),
  ('01m8mjh7rhb1z7dgqsgh3br9t8', 'What is a fjord?', 'b2:22cb342e838b487b0c191f8b17415b46', '2025-03-10 14:24:24.754183+00:00'),
  ('01m8mjh7ssfascyqb55p8csz6b', 'Fix this regex', 'b2:b530eea4492b3e2032666d56a30c7505', '2022-08-01 15:12:33.923153+00:00'),
  ('01m8mjh7v50t5t2svwqr1j3tpe', 'Translate good night', 'b2:b8087302a5ba6705712278334c4b894d', '2022-10-05 19:55:35.761263+00:00'),
  ('01m8mjh7znmqajjppsyej1p59a', 'What is a fjord?', 'b2:c6206cfed0c590c9a0caa02261a76afc', '2025-05-01 15:36:21.808552+00:00'),
  ('01m8mjh871tkf8ddkdyx3839f7', 'What is a fjord?', 'b2:22cb342e838b487b0c191f8b17415b46', '2024-11-16 07:04:08.382927+00:00'),
  ('01m8mjh87ecnxtjsfczvf2c4aj', 'What is a fjord?', 'b2:117c2445deedd56573e963be5f97281e', '2024-02-23 16:24:19.522157+00:00'),
  ('01m8mjh898rkqcv1ed5syjekgg', 'Translate good night', 'b2:0b6c0f36a0dca4eb7b4aaa8304bce053', '2025-06-28 19:08:37.746808+00:00'),
  ('01m8mjh8axnq0kwk3fveqxrchk', 'Write a haiku', 'b2:0b5364351c037654505b19dc9239bd04', '2023-07-21 13:19:43.290112+00:00'),
  ('01m8mjh8f9nghr641zhs96h6pf', 'Fix this regex', 'b2:1375d04fd625b2c8264f1deb6ce43339', '2024-12-10 18:52:44.275879+00:00'),
  ('01m8mjh8hp6hdcnddeefdp9z04', 'Fix this regex', 'b2:209b156eb5cf5bc08612f762790d270f', '2023-01-29 11:15:23.756800+00:00'),
  ('01m8mjh8mxf0rv0222x1etaas1', 'Fix this regex', 'b2:8cbb9d3f87fab8ec530ff449a6288c2a', '2022-09-17 14:05:13.302287+00:00');
INSERT INTO turns ("id", "thread_id", "parent_message_hash", "tip_message_hash", "model", "input_tokens", "output_tokens", "duration_ms", "datetime_utc") VALUES
  ('01m8mjh79bc7bgs5p742nnk6gx', '01m8mjh79bc7bgs5p742nnk6gw', 'b2:510f2e3fb7cf8e01220f6b812150e939', 'b2:ff0691bfe2309fd037580bb0bcca3ee4', 'parrot-1b', 675, 995, 2609, '2023-01-09T14:19:45.870212+00:00'),
  ('01m8mjh7aksy4whme2y7420k6j', '01m8mjh7aj8td1fhd7br1jz8ej', 'b2:df03f3a89a20c0c495692c5346e3d0be', 'b2:22cb342e838b487b0c191f8b17415b46', 'parrot-1b', 520, 1172, 36970, '2025-11-13T19:39:34.335546+00:00'),
  ('01m8mjh7csvssk073bp69d5hk2', '01m8mjh7b9st2f7jzvek0r13e1', 'b2:e4c33ce36a72369f95f28a1ff40c687f', 'b2:32ccaa9c0411c927e82797e7e016827f', 'owl-7b', 745, 611, 4175, '2023-04-30T21:26:36.538134+00:00'),
  ('01m8mjh7h3qajrha9s0cbqym5d', '01m8mjh7g1t3ck18m4z0c3arp1', 'b2:8a32cb113cf5ef5a36c846abb7a27d70', 'b2:f232d5c2cc15a7db3020e82340ef6f7c', 'owl-7b', 601, 244, 10262, '2022-12-12T10:10:56.243982+00:00'),
  ('01m8mjh7jn978spdkd6bzg6jy1', '01m8mjh7jn978spdkd6bzg6jy0', 'b2:910cc0f406ca62a6f0afc2a3e06b9214', 'b2:ea4416c68d679d0c39efe0a075e1fecb', 'parrot-1b', 213, 1012, 18206, '2023-11-02T16:39:21.244651+00:00'),
  ('01m8mjh7knmgjsxxjb9v076x1t', '01m8mjh7knmgjsxxjb9v076x1s', 'b2:df03f3a89a20c0c495692c5346e3d0be', 'b2:22cb342e838b487b0c191f8b17415b46', 'parrot-1b', 713, 481, 18767, '2024-09-24T17:15:52.647261+00:00'),
  ('01m8mjh7qsa4p2yyrsppqa77h2', '01m8mjh7q5ymths4zeng3we4fc', 'b2:20d6e7ef21d81ce052197fe895b8a85e', 'b2:974fcaa54647a25e63bb2cd2862179c1', 'owl-7b', 505, 1349, 28587, '2024-12-14T13:26:19.109283+00:00'),
  ('01m8mjh7wnf62k0551hcrc8bmy', '01m8mjh7v50t5t2svwqr1j3tpe', 'b2:59e7a8f09888fa4e6d0b71387852ebac', 'b2:9af5c3ca64fad963c8afb7a5dc5d2988', 'owl-7b', 607, 878, 40668, '2022-10-05T20:14:39.761263+00:00'),
  ('01m8mjh82hm70jdf94b7ya7g0w', '01m8mjh7znmqajjppsyej1p59a', 'b2:b7cbdd06d44eaad7ed59073e0c6d3ac5', 'b2:c6206cfed0c590c9a0caa02261a76afc', 'parrot-1b', 311, 1026, 23974, '2025-05-01T16:16:59.808552+00:00'),
  ('01m8mjh87fnv1tdrwemc4xs4tj', '01m8mjh87ecnxtjsfczvf2c4aj', 'b2:df03f3a89a20c0c495692c5346e3d0be', 'b2:22cb342e838b487b0c191f8b17415b46', 'parrot-1b', 836, 1070, 23890, '2024-02-23T16:29:03.522157+00:00'),
  ('01m8mjh88h0kg46g9jynce6wce', '01m8mjh87ecnxtjsfczvf2c4aj', 'b2:69d3e4f4713ebe9d8b1daf17a962b82c', 'b2:117c2445deedd56573e963be5f97281e', 'parrot-1b', 463, 619, 8461, '2024-02-23T16:42:00.522157+00:00'),
  ('01m8mjh8bhgyfqy6q99zemsqrd', '01m8mjh8axnq0kwk3fveqxrchk', 'b2:c07a69c4615da020d06a35377b7e2b82', 'b2:cc2e7117def909e96f4b9e33df0ef9a6', 'owl-7b', 135, 1134, 36147, '2023-07-21T13:29:41.290112+00:00'),
  ('01m8mjh8hp6hdcnddeefdp9z05', '01m8mjh8hp6hdcnddeefdp9z04', 'b2:910cc0f406ca62a6f0afc2a3e06b9214', 'b2:ea4416c68d679d0c39efe0a075e1fecb', 'owl-7b', 524, 322, 19073, '2023-01-29T11:15:48.756800+00:00'),
  ('01m8mjh8nd3s0w9r8e8hp95k22', '01m8mjh8mxf0rv0222x1etaas1', 'b2:3ceb12ff95b5a9883a8f3356b4869113', 'b2:8cbb9d3f87fab8ec530ff449a6288c2a', 'parrot-1b', 731, 705, 24893, '2022-09-17T14:21:43.302287+00:00');
INSERT INTO turn_search ("id", "turn_id", "prompt", "response") VALUES
  (1, '01m8mjh79bc7bgs5p742nnk6gx', 'Translate good night', 'Squawk Translate good night'),
  (30, '01m8mjh7knmgjsxxjb9v076x1t', 'What is a fjord?', 'Squawk What is a fjord?'),
  (59, '01m8mjh88h0kg46g9jynce6wce', 'Fix this regex', 'Squawk Fix this regex');
