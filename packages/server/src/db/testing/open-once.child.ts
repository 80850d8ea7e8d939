import { openAt } from "./database-location.ts";

// A process that starts on a database and ends: `node open-once.child.ts <location as JSON>`.
const db = await openAt(JSON.parse(process.argv[2] ?? ""));
await db.probe();
await db.close();
