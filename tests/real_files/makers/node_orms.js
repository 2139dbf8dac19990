// drizzle, mikro-orm, typeorm, sequelize, knex, prisma and keyv. node node_orms.js OUT; run where node_modules is.
require("reflect-metadata");
const fs = require("fs"), path = require("path"), os = require("os");
const OUT = process.argv[2], WANT = process.argv.slice(3);
const Better = require("better-sqlite3");
function place(id) { const d = path.join(OUT, "databases", id); fs.rmSync(d, { recursive: true, force: true }); fs.mkdirSync(d, { recursive: true }); return path.join(d, id + ".sqlite"); }
function dice(seed) { let a = [...seed].reduce((h, c) => Math.imul(h ^ c.charCodeAt(0), 16777619) >>> 0, 2166136261); const f = () => { a = (a + 0x6d2b79f5) | 0; let t = Math.imul(a ^ (a >>> 15), 1 | a); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; }; f.int = (a, b) => a + Math.floor(f() * (b - a)); f.pick = l => l[f.int(0, l.length)]; f.day = (a = 2022, b = 2025) => new Date(Date.UTC(a, 0, 4) + f() * (Date.UTC(b, 10, 20) - Date.UTC(a, 0, 4))); return f; }
const PEOPLE = ["Alma Reyes", "Bruno Keller", "Chiara Conti", "Dara Okafor", "Emil Larsen", "Farah Haddad", "Goran Petrov", "Hanna Virtanen", "Ivo Marek", "Jana Dvorak", "Kofi Mensah", "Lena Vogel"];

const makers = {
  async drizzle_bookings() {
    const { drizzle } = require("drizzle-orm/better-sqlite3");
    const { sqliteTable, integer, text, real, numeric } = require("drizzle-orm/sqlite-core");
    const r = dice("drizzle"), raw = new Better(place("drizzle_bookings")), db = drizzle(raw);
    const rooms = sqliteTable("rooms", { id: integer("id").primaryKey(), name: text("name"), seats: integer("seats"), hourly: numeric("hourly") });
    const bookings = sqliteTable("bookings", { id: integer("id").primaryKey(), roomId: integer("room_id"), guest: text("guest"), startsAt: integer("starts_at", { mode: "timestamp" }), createdAt: integer("created_at", { mode: "timestamp_ms" }), paid: integer("paid", { mode: "boolean" }), extras: text("extras", { mode: "json" }) });
    raw.exec(`CREATE TABLE rooms (id integer PRIMARY KEY NOT NULL, name text, seats integer, hourly numeric);
      CREATE TABLE bookings (id integer PRIMARY KEY NOT NULL, room_id integer, guest text, starts_at integer, created_at integer, paid integer, extras text, FOREIGN KEY (room_id) REFERENCES rooms(id))`);
    db.insert(rooms).values(["Attic", "Garden", "Studio", "Hall"].map((name, i) => ({ id: i + 1, name, seats: r.int(4, 90), hourly: String(r.int(20, 200) + 0.5) }))).run();
    for (let i = 1; i <= 200; i++) { const t = r.day(); db.insert(bookings).values({ id: i, roomId: r.int(1, 5), guest: r.pick(PEOPLE), startsAt: t, createdAt: new Date(t - r.int(1, 40) * 86400000), paid: r() < 0.7, extras: { catering: r() < 0.3, beamer: r() < 0.5 } }).run(); }
    raw.close();
  },
  async mikro_rentals() {
    const { MikroORM, EntitySchema } = require("@mikro-orm/sqlite");
    const r = dice("mikro");
    const Car = new EntitySchema({ name: "Car", properties: { id: { type: "number", primary: true }, plate: { type: "string" }, model: { type: "string" }, electric: { type: "boolean" } } });
    const Rental = new EntitySchema({ name: "Rental", properties: { id: { type: "number", primary: true }, car: { kind: "m:1", entity: "Car" }, driver: { type: "string" }, pickedUp: { type: "datetime" }, returned: { type: "datetime", nullable: true }, birthday: { type: "date" }, price: { type: "decimal", precision: 8, scale: 2 } } });
    const orm = await MikroORM.init({ dbName: place("mikro_rentals"), entities: [Car, Rental], discovery: { disableDynamicFileAccess: true } });
    await orm.schema.createSchema();
    const em = orm.em.fork();
    const cars = ["Polo", "Zoe", "Kona", "Clio", "i3", "Panda"].map((m, i) => em.create("Car", { plate: `B-XY ${100 + i}`, model: m, electric: [1, 2, 4].includes(i) }));
    for (let i = 0; i < 160; i++) { const t = r.day(); em.create("Rental", { car: r.pick(cars), driver: r.pick(PEOPLE), pickedUp: t, returned: r() < 0.92 ? new Date(+t + r.int(1, 14) * 86400000) : null, birthday: r.day(1955, 2003).toISOString().slice(0, 10), price: (r.int(3000, 90000) / 100).toFixed(2) }); }
    await em.flush();
    await orm.close();
  },
  async typeorm_orders() {
    const { DataSource, EntitySchema } = require("typeorm");
    const r = dice("typeorm");
    const Dish = new EntitySchema({ name: "Dish", columns: { id: { type: Number, primary: true, generated: true }, title: { type: String }, vegan: { type: Boolean }, price: { type: "decimal", precision: 6, scale: 2 }, allergens: { type: "simple-array" } } });
    const Order = new EntitySchema({ name: "Order", tableName: "orders", columns: { id: { type: Number, primary: true, generated: true }, guest: { type: String }, placedAt: { type: "datetime" }, createdAt: { type: "datetime", createDate: true }, table: { type: "integer" }, state: { type: "simple-enum", enum: ["open", "served", "paid"] } }, relations: { dishes: { type: "many-to-many", target: "Dish", joinTable: true } } });
    const ds = await new DataSource({ type: "better-sqlite3", database: place("typeorm_orders"), entities: [Dish, Order], synchronize: true }).initialize();
    const dishes = await ds.getRepository("Dish").save(["Ramen", "Falafel", "Goulash", "Risotto", "Tofu curry", "Salad", "Pizza"].map(t => ({ title: t, vegan: ["Falafel", "Tofu curry", "Salad"].includes(t), price: r.int(700, 2200) / 100, allergens: ["gluten", "soy", "milk"].filter(() => r() < 0.4) })));
    for (let i = 0; i < 140; i++) await ds.getRepository("Order").save({ guest: r.pick(PEOPLE), placedAt: r.day(), table: r.int(1, 13), state: r.pick(["open", "served", "paid", "paid"]), dishes: dishes.filter(() => r() < 0.35) });
    await ds.destroy();
  },
  async sequelize_projects() {
    const { Sequelize, DataTypes } = require("sequelize");
    const r = dice("sequelize"), s = new Sequelize({ dialect: "sqlite", storage: place("sequelize_projects"), logging: false });
    const Project = s.define("Project", { name: DataTypes.STRING, budget: DataTypes.DECIMAL(10, 2), deadline: DataTypes.DATEONLY }, { paranoid: true });
    const Task = s.define("Task", { title: DataTypes.STRING, assignee: DataTypes.STRING, done: DataTypes.BOOLEAN, priority: DataTypes.ENUM("low", "high"), finishedAt: DataTypes.DATE, labels: DataTypes.JSON });
    Project.hasMany(Task); Task.belongsTo(Project);
    await s.sync();
    for (const n of ["Roof", "Kitchen", "Website", "Garden fence", "Archive"]) await Project.create({ name: n, budget: r.int(90000, 2000000) / 100, deadline: r.day(2023, 2026).toISOString().slice(0, 10), deletedAt: n === "Archive" ? r.day() : null, createdAt: r.day(2021, 2022) });
    for (let i = 0; i < 150; i++) { const t = r.day(), done = r() < 0.6; await Task.create({ title: `Task ${i}`, assignee: r.pick(PEOPLE), done, priority: r.pick(["low", "high"]), finishedAt: done ? new Date(+t + r.int(1, 60) * 86400000) : null, labels: { area: r.pick(["in", "out"]) }, ProjectId: r.int(1, 6), createdAt: t, updatedAt: t }, { silent: true }); }
    await s.close();
  },
  async knex_fleet() {
    const r = dice("knex"), k = require("knex")({ client: "better-sqlite3", connection: { filename: place("knex_fleet") }, useNullAsDefault: true });
    await k.schema.createTable("vans", t => { t.increments("id"); t.string("plate"); t.boolean("cooled"); t.date("bought"); });
    await k.schema.createTable("trips", t => { t.increments("id"); t.integer("van_id").references("vans.id"); t.string("driver"); t.datetime("departed_at"); t.float("km"); t.decimal("tolls", 8, 2); t.timestamps(true, true); });
    for (let i = 0; i < 6; i++) await k("vans").insert({ plate: `HH-V ${10 + i}`, cooled: r() < 0.5, bought: r.day(2018, 2022) });
    for (let i = 0; i < 200; i++) await k("trips").insert({ van_id: r.int(1, 7), driver: r.pick(PEOPLE), departed_at: r.day(), km: r.int(30, 9000) / 10, tolls: r.int(0, 3000) / 100 });
    await k.destroy();
  },
  async prisma_recipes() { await require(path.join(__dirname, "node_prisma.js"))(place("prisma_recipes"), dice("prisma"), PEOPLE); },
  async prisma_dinners() { await require(path.join(__dirname, "node_prisma.js"))(place("prisma_dinners"), dice("dinners"), PEOPLE, { timestampFormat: "unixepoch-ms" }); },
  async keyv_settings() {
    const mod = require("@keyv/sqlite"), { default: Keyv, Keyv: K2 } = require("keyv");
    const KeyvSqlite = mod.default || mod.KeyvSqlite, file = place("keyv_settings"), r = dice("keyv");
    const store = new KeyvSqlite({ uri: "sqlite://" + file, table: "cache" });
    for (const ns of ["weather", "rates", "profile"]) { const kv = new (K2 || Keyv)({ store, namespace: ns }); for (let i = 0; i < 30; i++) await kv.set(`${r.pick(["berlin", "turin", "ghent", "lyon"])}-${i}`, { n: r.int(1, 100), by: r.pick(PEOPLE) }, r() < 0.7 ? (r.day(2027, 2030) - Date.now()) : undefined); }
    if (store.disconnect) await store.disconnect();
  },
};
(async () => {
  let bad = 0;
  for (const [n, f] of Object.entries(makers)) { if (WANT.length && !WANT.includes(n)) continue; try { await f(); } catch (e) { console.log(n, "failed:", e && e.stack || e); bad = 1; } }
  process.exit(bad);
})();
