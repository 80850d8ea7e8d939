import type { Kysely } from "kysely";
import { type Application, applicationQueries } from "../../features/embedding/queries.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Engine } from "../../platform/database/engine.ts";
import type { Own } from "../../platform/database/migrate.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { DomainError } from "../../platform/errors.ts";
import { queriesOn } from "./database.ts";

export type { Application };

/** The service itself as the owner of a database. No application that embeds Valet Key may have this name. */
export const SERVICE: Application = { name: "service", bucket: "" };

/**
 * Returns the function that reserves a database for one application, so that no other application runs its migrations and background jobs
 * there. The jobs of an application with another bucket would reject the files and delete their rows. The function throws
 * `database_unavailable` if the database belongs to another application, or if its files are in another bucket.
 */
export function ownerOf(
  application: Application | undefined,
  { engine, clock }: { engine: Engine; clock: Clock },
): Own | undefined {
  if (application === undefined) return undefined;
  return async (db: Kysely<Tables>) => {
    const holder = await applicationQueries(queriesOn(db, { engine, clock })).own(application);
    if (holder.name !== application.name) {
      throw new DomainError(
        "database_unavailable",
        `This database belongs to ${nameOf(holder)}, and ${nameOf(application)} can't share it. Give each of them a database or a schema of its own.`,
      );
    }
    if (holder.bucket === application.bucket) return;
    throw new DomainError(
      "database_unavailable",
      `This database is for files in the bucket ${holder.bucket}, and not in ${application.bucket}. Set the former bucket, or use another database or schema. If the former bucket was a mistake and no file was stored, delete the database.`,
    );
  };
}

function nameOf({ name }: Application): string {
  return name === SERVICE.name ? "the Valet Key service" : `the application "${name}"`;
}
