import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { hostsOf, urlsOf } from "./hosts.ts";

const ASK_TIMEOUT_MS = 1_000;
/** The maximum time that a request waits for a new primary. */
const FIND_TIMEOUT_MS = 1_500;
const PAUSE_MS = 100;

/**
 * The query also reads the timeline if there are several hosts. Each promotion of a standby begins a new timeline, whose number is at the
 * start of the names of log files. Some compatible databases do not have the functions of the log, so with one host the query does not call
 * them.
 */
const READ_ONLY = "select current_setting('transaction_read_only') = 'on' as is_read_only";
const WITH_TIMELINE = `${READ_ONLY},
  case when pg_is_in_recovery() then '' else left(pg_walfile_name(pg_current_wal_lsn()), 8) end as timeline`;

/** The response of a host. Only a primary has a timeline. */
export type Answer = { url: string; timeline?: string; fault?: unknown };
type State = { is_read_only: boolean; timeline?: string };

/** The server responds, but is not the primary. */
export class NotPrimary extends Error {}

/** The server accepts writes, although a standby has been promoted since. */
class FormerPrimary extends NotPrimary {}

/** None of the hosts is the primary. The message contains the response of each host. */
export class NoPrimary extends Error {}

/** Knows which of the hosts in a URL is the primary. All pools of a database share one `Primary`. */
export type Primary = {
  /** Returns the URL of the host for new connections, or undefined before the first search in several hosts. */
  current(): string | undefined;
  /** Whether another host can become the primary. */
  hasOthers: boolean;
  /** Checks that the server of a new connection is the primary. Rejects with `NotPrimary` if the server is not the primary. */
  admit(client: pg.ClientBase): Promise<void>;
  ask(): Promise<Answer[]>;
  /** Searches the primary in all hosts. Rejects with `NoPrimary`. */
  find(): Promise<void>;
  /** Calls the listener with the URL of each new primary. */
  onMove(listener: (url: string) => void): void;
};

export function createPrimary(url: string): Primary {
  const urls = urlsOf(url);
  const hasOthers = urls.length > 1;
  const listeners: ((url: string) => void)[] = [];
  let current = hasOthers ? undefined : urls[0];
  let newest = "";
  let search: Promise<void> | undefined;

  async function requirePrimary(client: pg.ClientBase): Promise<string> {
    // With one host, the time limit of the pool applies. If a pooler has no free server connection, the first query of a connection must
    // wait.
    const query = hasOthers ? { text: WITH_TIMELINE, query_timeout: ASK_TIMEOUT_MS } : { text: READ_ONLY };
    const { rows } = await client.query<State>(query);
    const { is_read_only, timeline = "" } = rows[0] as State;
    if (is_read_only) throw new NotPrimary("The database is read-only: it may be a standby");
    // A former primary that was frozen for a while accepts writes until its cluster manager stops it.
    if (timeline < newest) throw new FormerPrimary("The database is a former primary: a standby has been promoted");
    newest = timeline;
    return timeline;
  }

  async function ask(one: string): Promise<Answer> {
    const client = new pg.Client({ connectionString: one, connectionTimeoutMillis: ASK_TIMEOUT_MS });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return { url: one, timeline: await requirePrimary(client) };
    } catch (fault) {
      return { url: one, fault };
    } finally {
      void client.end().catch(() => undefined);
    }
  }

  async function find(): Promise<void> {
    const isLate = AbortSignal.timeout(FIND_TIMEOUT_MS);
    for (;;) {
      const before = newest;
      const asked = urls.map(ask);
      // A server that was promoted since the last search is the primary, so the search does not wait for hosts that do not respond.
      const promoted = asked.map(async (each) => {
        const answer = await each;
        if (before === "" || (answer.timeline ?? "") <= before) throw new Error("not promoted");
        return answer;
      });
      const best = await Promise.any(promoted).catch(async () => newestOf(await Promise.all(asked)));
      if (best !== undefined) {
        if (best.url !== current) {
          current = best.url;
          for (const listener of listeners) listener(best.url);
        }
        return;
      }
      if (isLate.aborted) throw new NoPrimary((await Promise.all(asked)).map(textOf).join("; "));
      await sleep(PAUSE_MS);
    }
  }

  return {
    current: () => current,
    hasOthers,
    async admit(client) {
      await requirePrimary(client);
    },
    ask: () => Promise.all(urls.map(ask)),
    find() {
      search ??= find().finally(() => {
        search = undefined;
      });
      return search;
    },
    onMove: (listener) => void listeners.push(listener),
  };
}

/** Returns the primary with the newest timeline, because a former primary may respond too. */
export function newestOf(answers: Answer[]): Answer | undefined {
  const primaries = answers.filter(({ timeline }) => timeline !== undefined);
  return primaries.find(({ timeline = "" }) => primaries.every((other) => timeline >= (other.timeline ?? "")));
}

export function acceptsWrites({ timeline, fault }: Answer): boolean {
  return timeline !== undefined || fault instanceof FormerPrimary;
}

export function textOf({ url, fault }: Answer): string {
  const error = fault instanceof AggregateError ? fault.errors[0] : fault;
  return `${hostsOf(url)}: ${error instanceof Error ? error.message : error}`;
}
