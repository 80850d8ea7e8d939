import { openPostgresUrlAudit } from "@valetkey/server/src/features/audit/url-audit.ts";
import { createBatching } from "@valetkey/server/src/platform/database/batching.ts";
import { statementsOn } from "@valetkey/server/src/platform/database/postgres/statements.ts";
import pg from "pg";
import { type AccessRow, accessColumns, type Question, type Store } from "./store.ts";

const CONNECTIONS = 4;
const MAX_QUESTIONS = 200;
const MAX_RUNNING = 2;

const ACCESS = `select asked.nth, ${accessColumns({ userId: "asked.user_id", now: "$3" })}
from unnest($1::text[], $2::text[]) with ordinality asked (user_id, attachment_id, nth)
join attachments a on a.id = asked.attachment_id`;

type Answers = Map<Question, AccessRow>;

export function openPostgresStore(url: string): Store {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const audit = openPostgresUrlAudit(statementsOn(pool, { prepared: true }));
  // One SQL statement makes many concurrent access decisions, as in the service.
  const questions = createBatching<Question, Answers>({
    run: (asked) => ask(pool, asked),
    maxBatchItems: MAX_QUESTIONS,
    maxRunning: MAX_RUNNING,
    closedError: () => new Error("closed"),
  });
  return {
    findAccess: async (question) => (await questions.add(question)).get(question),
    audit,
    async close() {
      await questions.close();
      await audit.close();
      await pool.end();
    },
  };
}

async function ask(pool: pg.Pool, asked: Question[]): Promise<Answers> {
  const values = [asked.map(({ userId }) => userId), asked.map(({ attachmentId }) => attachmentId), Date.now()];
  const { rows } = await pool.query<AccessRow & { nth: string }>({ name: "access", text: ACCESS, values });
  return new Map(rows.map((row) => [asked[Number(row.nth) - 1] as Question, row]));
}
