import type { FastifySchema } from "fastify";
import { Type } from "typebox";

/** The schema of a response without a body. */
export const emptyResponse = Type.Null({ description: "Done" });

/** Marks the body of a route as optional in the document. The OpenAPI plugin has no setting for an optional body. */
export const bodyIsOptional = { "x-body-is-optional": true } as const;

/** Adds the tag and the operation id to each schema. The keys of `schemas` are the operation ids. */
export function operations<Schemas extends Record<string, FastifySchema>>(
  tag: (typeof tags)[number]["name"],
  schemas: Schemas,
): Schemas {
  const entries = Object.entries(schemas);
  return Object.fromEntries(
    entries.map(([operationId, schema]) => [operationId, { tags: [tag], operationId, ...schema }]),
  ) as Schemas;
}

/** The tags of the operations, in the best order for readers of /docs. */
export const tags = [
  { name: "notes", description: "Notes that files are attached to" },
  { name: "attachments", description: "The files of a note" },
  { name: "urls", description: "Downloads: a URL after an access check" },
  { name: "uploads", description: "Uploads from the browser directly to the bucket" },
  { name: "uppy", description: "Uploads for pages with Uppy" },
  { name: "shares", description: "Access of other users to a note or a file" },
  { name: "links", description: "Links and file requests for people without an account" },
  { name: "trash", description: "Deleted notes and files, which can be restored" },
  { name: "changes", description: "Hints for pages that stay up to date" },
  { name: "activity", description: "The audit log" },
  { name: "usage", description: "Storage used by your files" },
  { name: "tokens", description: "API tokens" },
  { name: "mail", description: "The mails that you get" },
  { name: "webhooks", description: "Signed HTTP requests to your servers about events" },
  { name: "accounts", description: "Sign-up, sign-in, sessions" },
  { name: "visitors", description: "Links, for people without an account" },
  { name: "administration", description: "For administrators" },
  { name: "operations", description: "Probes and metrics" },
] as const;
