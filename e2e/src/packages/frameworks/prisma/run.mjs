import { isDeepStrictEqual } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { createValetKey } from "@valetkey/server";
import pg from "pg";
import { PrismaClient } from "./generated/client.ts";

// Runs the adapter of docs/embedding.md in transactions of Prisma, and prints the failures as JSON. The argument is JSON with the bucket, a
// PostgreSQL server, and the code of the adapter.

const { bucket, postgresUrl, ofPrisma: code } = JSON.parse(process.argv[2]);
const ofPrisma = new Function(`return ${code}`)();
const invoice = { resource: "invoice", itemId: "42" };
const text = { filename: "invoice.txt", body: Buffer.from("the invoice") };

const database = new URL(postgresUrl);
database.pathname = `prisma_${process.pid}`;
await runSql(postgresUrl, `create database ${database.pathname.slice(1)}`);
await runSql(database.href, "create table invoices (id integer primary key, file_id text)");
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.href }) });
const resources = { invoice: { may: () => true } };
const files = await createValetKey({
  bucket: { ...bucket, keyPrefix: "prisma/" },
  database: database.href,
  user: () => null,
  resources,
});

async function runSql(connectionString, sql) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

const listed = async () => (await files.asApplication.list(invoice)).files.map(({ id }) => id);
const numbers = async () => (await prisma.invoice.findMany()).map(({ id, fileId }) => [id, fileId]);
const expectEqual = (actual, expected) => {
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`got ${JSON.stringify(actual)}`);
};

const checks = {
  async "after a rollback of Prisma, the old file and the staged file are unchanged"() {
    const old = await files.asApplication.attach(invoice, text);
    const staged = await files.asApplication.stage(invoice, text);
    const failing = prisma.$transaction(async (tx) => {
      await tx.invoice.create({ data: { id: 41, fileId: staged.id } });
      await files.attachStaged(ofPrisma(tx), staged);
      await files.removeIn(ofPrisma(tx), old.id);
      throw new Error("the application fails");
    });
    expectEqual(await failing.catch(({ message }) => message), "the application fails");
    expectEqual([await listed(), await numbers()], [[old.id], []]);
    await files.asApplication.remove(old.id);
  },
  async "a commit of Prisma attaches the staged file, and removes the old file"() {
    const old = await files.asApplication.attach(invoice, text);
    const staged = await files.asApplication.stage(invoice, { ...text, filename: "Rechnung „42“.txt" });
    await prisma.$transaction(async (tx) => {
      await tx.invoice.create({ data: { id: 42, fileId: staged.id } });
      await files.attachStaged(ofPrisma(tx), staged);
      await files.removeIn(ofPrisma(tx), old.id);
    });
    expectEqual([await listed(), await numbers()], [[staged.id], [[42, staged.id]]]);
  },
  async "attachStaged refuses a client of Prisma without a transaction"() {
    const staged = await files.asApplication.stage(invoice, text);
    const message = await files.attachStaged(ofPrisma(prisma), staged).catch((error) => error.message);
    expectEqual(message.startsWith("tx must be an open transaction. Begin a transaction first"), true);
  },
};

const failures = [];
for (const [name, run] of Object.entries(checks)) {
  await run().catch(({ message }) => failures.push({ name, reason: message }));
}
console.log(JSON.stringify({ checks: Object.keys(checks).length, failures }));
await prisma.$disconnect();
await files.close();
await runSql(postgresUrl, `drop database ${database.pathname.slice(1)}`);
