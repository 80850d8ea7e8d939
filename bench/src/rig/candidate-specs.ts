import type { CandidateSpec } from "./candidate.ts";
import { settings } from "./settings.ts";

export type Engine = "postgres" | "sqlite";
export const engines: readonly Engine[] = ["postgres", "sqlite"];

/** The location of the data of a candidate. `url` is the database on PostgreSQL. Without it, SQLite is in `directory`. */
export type DataLocation = { directory: string; url?: string };

const article = new URL("../../article/server.js", import.meta.url);
const service = new URL("../../../packages/valetkey/bin/valetkey.js", import.meta.url);
const bare = new URL("../bare/server.ts", import.meta.url);

const aws = {
  AWS_BUCKET_NAME: settings.bucket,
  AWS_REGION: settings.region,
  AWS_ACCESS_KEY_ID: settings.accessKeyId,
  AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
};

/** The plain design: Express, jsonwebtoken, three queries, getSignedUrl. */
export function articleSpec(place: DataLocation): CandidateSpec {
  return specOf(place, { name: "article", entry: article, env: { JWT_SECRET: settings.jwtSecret } });
}

/** The service as `npm start` runs it. Only its configuration is of the benchmark. */
export function serviceSpec(engine: Engine, place: DataLocation): CandidateSpec {
  // The load of few users exceeds the rate of URLs that a user may request.
  const env = { AUTH_SECRET: settings.authSecret, AUTH_JWT_SECRET: settings.jwtSecret, URL_RATE_LIMIT: "0" };
  return specOf(place, { name: `valetkey/${engine}`, entry: service, env });
}

/** The same work by hand on node:http, without any layer. */
export function bareSpec(engine: Engine, place: DataLocation): CandidateSpec {
  return specOf(place, { name: `bare/${engine}`, entry: bare, env: { AUTH_JWT_SECRET: settings.jwtSecret } });
}

function specOf({ directory, url }: DataLocation, spec: Omit<CandidateSpec, "directory">): CandidateSpec {
  const database = { DATA_DIR: directory, ...(url === undefined ? {} : { DATABASE_URL: url }) };
  return { ...spec, directory, env: { ...aws, ...database, ...spec.env } };
}
