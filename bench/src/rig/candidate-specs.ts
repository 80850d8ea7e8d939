import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CandidateSpec } from "./candidate.ts";
import { settings } from "./settings.ts";

export type Engine = "postgres" | "sqlite";
export const engines: readonly Engine[] = ["postgres", "sqlite"];

/** The location of a candidate's data. `url` is the URL of a PostgreSQL database. Without `url`, `directory` has a SQLite database. */
export type DataLocation = { directory: string; url?: string };

const article = new URL("../../article/server.js", import.meta.url);
const service = new URL("../../../packages/valetkey/bin/valetkey.js", import.meta.url);
const peers = new URL("../../peers/", import.meta.url);
const embedded = new URL("../embedded/server.ts", import.meta.url);
const bare = new URL("../bare/server.ts", import.meta.url);

const aws = {
  AWS_BUCKET_NAME: settings.bucket,
  AWS_REGION: settings.region,
  AWS_ACCESS_KEY_ID: settings.accessKeyId,
  AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
};

/** Describes the server with the design of the article: Express, jsonwebtoken, three queries, getSignedUrl. */
export function articleSpec(place: DataLocation): CandidateSpec {
  return specOf(place, { name: "article", entry: article, env: { JWT_SECRET: settings.jwtSecret } });
}

/** Describes the service as `npm start` runs it. The benchmark sets only the configuration. */
export function serviceSpec(engine: Engine, place: DataLocation): CandidateSpec {
  // URL_RATE_LIMIT is off, because each user of this load requests more URLs than the limit permits.
  const env = {
    AUTH_SECRET: settings.authSecret,
    AUTH_JWT_SECRET: settings.jwtSecret,
    URL_RATE_LIMIT: "0",
    // The load generator sends the IP address of each visitor of a link in X-Forwarded-For.
    TRUST_PROXY: "loopback",
  };
  return specOf(place, { name: `valetkey/${engine}`, entry: service, env });
}

/** Describes the service with its embedded database and its embedded bucket, as `npm start` runs it. */
export function embeddedSpec(directory: string): CandidateSpec {
  const secrets = { AUTH_SECRET: settings.authSecret, AUTH_JWT_SECRET: settings.jwtSecret };
  const env = { DATA_DIR: directory, MALLOC_ARENA_MAX: "2", ...secrets };
  return { name: "valetkey", entry: service, directory, env };
}

/** Describes the service of another checkout. Runs its command, or its sources if that version has no command. */
export function beforeSpec(
  engine: Engine,
  { where, checkout }: { where: DataLocation; checkout: string },
): CandidateSpec {
  const command = join(checkout, "packages/valetkey/bin/valetkey.js");
  const sources = join(checkout, "packages/server/src/cli.ts");
  const entry = pathToFileURL(existsSync(command) ? command : sources);
  return { ...serviceSpec(engine, where), name: `${basename(checkout)}/${engine}`, entry };
}

/** Describes an application that embeds Valet Key. */
export function embeddingSpec(engine: Engine, place: DataLocation): CandidateSpec {
  return specOf(place, {
    name: `embedded/${engine}`,
    entry: embedded,
    env: { AUTH_JWT_SECRET: settings.jwtSecret },
  });
}

/** Describes the server that does the same work on plain node:http, without a framework. */
export function bareSpec(engine: Engine, place: DataLocation): CandidateSpec {
  return specOf(place, { name: `bare/${engine}`, entry: bare, env: { AUTH_JWT_SECRET: settings.jwtSecret } });
}

/** `entry` is the name of a file in bench/peers. `checksWho`: whether the server checks the JWT of a request. */
export type PeerPlace = { directory: string; entry: string; checksWho: boolean };

/** Describes a peer. The peer gets the S3 credentials of the service, and verifies tokens with the secret of the service. */
export function peerSpec(name: string, { entry, checksWho, directory }: PeerPlace): CandidateSpec {
  const env = checksWho ? { JWT_SECRET: settings.jwtSecret } : {};
  return specOf({ directory }, { name, entry: new URL(entry, peers), env });
}

function specOf({ directory, url }: DataLocation, spec: Omit<CandidateSpec, "directory">): CandidateSpec {
  const database = { DATA_DIR: directory, ...(url === undefined ? {} : { DATABASE_URL: url }) };
  return { ...spec, directory, env: { ...aws, ...database, ...spec.env } };
}
