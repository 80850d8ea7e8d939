import type { Application } from "../features/embedding/queries.ts";
import { applicationQueries } from "../features/embedding/queries.ts";
import type { Tx } from "../platform/database/queries.ts";
import { DomainError } from "../platform/errors.ts";

/** The name that the service itself has in the database. No embedding may have this name. */
export const SERVICE = "service";

/**
 * Reserves the database for one application, so that no other application runs its background jobs on it. The jobs of an application with
 * another bucket would reject the files and delete the rows of the files. Throws `database_unavailable` if the database belongs to another
 * application, or if its files are in another bucket.
 */
export async function ownDatabase(tx: Tx, application: Application): Promise<void> {
  const holder = await applicationQueries(tx).own(application);
  if (holder.name !== application.name) {
    throw new DomainError(
      "database_unavailable",
      `This database belongs to ${nameOf(holder)}, and ${nameOf(application)} can't share it. Give each of them a database or a schema of its own.`,
    );
  }
  if (holder.bucket === application.bucket) return;
  throw new DomainError(
    "database_unavailable",
    `The files of this database are in the bucket ${holder.bucket}, and not in ${application.bucket}. Set the former bucket, or give each application a database or a schema of its own.`,
  );
}

function nameOf({ name }: Application): string {
  return name === SERVICE ? "the Valet Key service" : `the application "${name}"`;
}
