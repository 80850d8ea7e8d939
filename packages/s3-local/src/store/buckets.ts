import type { DatabaseSync } from "node:sqlite";
import { S3Error } from "../errors.ts";

/** A rule in the CORS configuration of a bucket, with the members of Amazon S3. */
export type CorsRule = {
  id?: string;
  allowedOrigins: string[];
  allowedMethods: string[];
  allowedHeaders: string[];
  exposeHeaders: string[];
  maxAgeSeconds?: number;
};

/** A row of a bucket. `createdAt`: in milliseconds since 1970. */
export type Bucket = { name: string; createdAt: number; cors?: CorsRule[] };

/** Makes the queries for buckets. Call `create`, `remove` and `setCors` only inside a change of `Write` (group-commit.ts). */
export function createBuckets(database: DatabaseSync) {
  const select = database.prepare("SELECT name, created_at, cors FROM buckets WHERE name = ?");
  const selectAll = database.prepare("SELECT name, created_at, cors FROM buckets ORDER BY name");
  const insert = database.prepare("INSERT INTO buckets (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const update = database.prepare("UPDATE buckets SET cors = ? WHERE name = ?");
  const remove = database.prepare("DELETE FROM buckets WHERE name = ?");
  const find = (name: string): Bucket | undefined => {
    const row = select.get(name);
    return row && toBucket(row);
  };
  return {
    find,
    /** Throws NoSuchBucket if the bucket does not exist. */
    get(name: string): Bucket {
      const bucket = find(name);
      if (bucket !== undefined) return bucket;
      throw new S3Error("NoSuchBucket", "The specified bucket does not exist", { details: { BucketName: name } });
    },
    list: (): Bucket[] => selectAll.all().map(toBucket),
    /** Returns false if the bucket already exists. */
    create: (name: string, createdAt: number): boolean => insert.run(name, createdAt).changes === 1,
    setCors(name: string, rules: CorsRule[] | undefined): void {
      update.run(rules === undefined ? null : JSON.stringify(rules), name);
    },
    remove(name: string): void {
      remove.run(name);
    },
  };
}

function toBucket(row: Record<string, unknown>): Bucket {
  const cors = row.cors as string | null;
  return {
    name: row.name as string,
    createdAt: row.created_at as number,
    ...(cors !== null && { cors: JSON.parse(cors) as CorsRule[] }),
  };
}
