import type { CandidateSpec } from "./candidate.ts";
import { settings } from "./settings.ts";

export type Engine = "postgres" | "sqlite";
export const engines: readonly Engine[] = ["postgres", "sqlite"];

/** Where a candidate's data is: `url` on PostgreSQL, else the file of SQLite. */
export type Place = { directory: string; url?: string };

const article = new URL("../../article/server.js", import.meta.url);
const service = new URL("../../../packages/server/src/cli.ts", import.meta.url);
const bare = new URL("../bare/server.ts", import.meta.url);

const aws = {
  AWS_BUCKET_NAME: settings.bucket,
  AWS_REGION: settings.region,
  AWS_ACCESS_KEY_ID: settings.accessKeyId,
  AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
};

/** The plain design: Express, jsonwebtoken, three queries, getSignedUrl. */
export function articleSpec(place: Place): CandidateSpec {
  return {
    name: "article",
    entry: article,
    directory: place.directory,
    env: { ...aws, ...database(place), JWT_SECRET: settings.jwtSecret },
  };
}

/** The service as `npm start` runs it; nothing but its configuration says that this is a benchmark. */
export function serviceSpec(engine: Engine, place: Place): CandidateSpec {
  return {
    name: `valetkey/${engine}`,
    entry: service,
    directory: place.directory,
    env: { ...aws, ...database(place), AUTH_SECRET: settings.authSecret, AUTH_JWT_SECRET: settings.jwtSecret },
  };
}

/** The same work by hand on node:http: what is left when every layer is taken away. */
export function bareSpec(engine: Engine, place: Place): CandidateSpec {
  return {
    name: `bare/${engine}`,
    entry: bare,
    directory: place.directory,
    env: { ...aws, ...database(place), AUTH_JWT_SECRET: settings.jwtSecret },
  };
}

function database({ directory, url }: Place): Record<string, string> {
  return { DATA_DIR: directory, ...(url === undefined ? {} : { DATABASE_URL: url }) };
}
