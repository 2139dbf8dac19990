// Prisma 7 with its better-sqlite3 adapter.
const { execFileSync } = require("child_process"), fs = require("fs"), os = require("os"), path = require("path");
module.exports = async (file, r, PEOPLE, options) => {
  const dir = path.join(process.cwd(), "prisma-project");
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, "schema.prisma"), `generator client {
  provider = "prisma-client-js"
}
datasource db {
  provider = "sqlite"
}
model Cook { id Int @id @default(autoincrement()) name String recipes Recipe[] }
model Recipe { id String @id @default(uuid()) title String cook Cook @relation(fields: [cookId], references: [id]) cookId Int minutes Int vegetarian Boolean createdAt DateTime @default(now()) updatedAt DateTime @updatedAt rating Decimal? cooked Cooking[] tags Json }
model Cooking { id Int @id @default(autoincrement()) recipe Recipe @relation(fields: [recipeId], references: [id]) recipeId String at DateTime guests Int calories BigInt }
`.replace(/model (\w+) \{ (.*) \}/g, (_, n, f) => `model ${n} {\n  ${f.replace(/ (?=\w+ (Int|String|Boolean|DateTime|Decimal|Json|BigInt|Cook|Recipe|Cooking|Recipe\[\])[ ?\[]?)/g, "\n  ")}\n}`));
  fs.writeFileSync(path.join(dir, "prisma.config.js"), `module.exports = { schema: ${JSON.stringify(path.join(dir, "schema.prisma"))}, datasource: { url: ${JSON.stringify("file:" + file)} } };`);
  const cli = path.join(process.cwd(), "node_modules", "prisma", "build", "index.js"), env = { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" };
  // The schema engine is a download of its own, so the tables are made by hand as its SQLite migrations spell them; the rows are the client's.
  env.PRISMA_SCHEMA_ENGINE_BINARY = "/bin/true";
  execFileSync("node", [cli, "generate", "--config", path.join(dir, "prisma.config.js")], { cwd: process.cwd(), env, stdio: "ignore" });
  const db = new (require("better-sqlite3"))(file);
  db.exec(`CREATE TABLE "Cook" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL);
    CREATE TABLE "Recipe" ("id" TEXT NOT NULL PRIMARY KEY, "title" TEXT NOT NULL, "cookId" INTEGER NOT NULL, "minutes" INTEGER NOT NULL, "vegetarian" BOOLEAN NOT NULL, "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL, "rating" DECIMAL, "tags" JSONB NOT NULL, CONSTRAINT "Recipe_cookId_fkey" FOREIGN KEY ("cookId") REFERENCES "Cook" ("id") ON DELETE RESTRICT ON UPDATE CASCADE);
    CREATE TABLE "Cooking" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "recipeId" TEXT NOT NULL, "at" DATETIME NOT NULL, "guests" INTEGER NOT NULL, "calories" BIGINT NOT NULL, CONSTRAINT "Cooking_recipeId_fkey" FOREIGN KEY ("recipeId") REFERENCES "Recipe" ("id") ON DELETE RESTRICT ON UPDATE CASCADE);`);
  db.close();
  const { PrismaClient } = require("@prisma/client"), { PrismaBetterSqlite3 } = require("@prisma/adapter-better-sqlite3");
  const prisma = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: "file:" + file }, options) });
  const cooks = [], recipes = [];
  for (const name of PEOPLE.slice(0, 5)) cooks.push(await prisma.cook.create({ data: { name } }));
  for (let i = 0; i < 40; i++) { const t = r.day(); recipes.push(await prisma.recipe.create({ data: { title: `${r.pick(["Quick", "Spicy", "Sunday", "Cold"])} ${r.pick(["soup", "stew", "salad", "pie"])} ${i}`, cookId: r.pick(cooks).id, minutes: r.int(10, 180), vegetarian: r() < 0.5, createdAt: t, updatedAt: t, rating: r() < 0.8 ? (r.int(20, 100) / 20).toFixed(2) : null, tags: r() < 0.5 ? ["cheap"] : ["feast", "oven"] } })); }
  for (let i = 0; i < 140; i++) await prisma.cooking.create({ data: { recipeId: r.pick(recipes).id, at: r.day(), guests: r.int(1, 12), calories: BigInt(r.int(300, 9000)) } });
  await prisma.$disconnect();
};
