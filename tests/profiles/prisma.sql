-- A table of an application's beside the one that Prisma Migrate keeps, with a few made-up rows.
CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT,
  "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);
CREATE TABLE "Recipe" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "title" TEXT NOT NULL, "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);
INSERT INTO "_prisma_migrations" VALUES ('a', 'x', 1735725600000, '20250101100000_init', NULL, NULL, 1735725600000, 1);
INSERT INTO "Recipe" VALUES (1, 'Soup', 1735725600000), (2, 'Bread', 1767261600000);
