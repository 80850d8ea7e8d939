import { openAt } from "./database-location.ts";

// Opens and closes a database, and exits.
// Usage: node open-once.child.ts <location as JSON>
const db = await openAt(JSON.parse(process.argv[2] ?? ""));
await db.probe();
await db.close();
