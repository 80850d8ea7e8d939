import type { ItemAction, Resources, User, ValetKeyOptions } from "../../../index.ts";
import type { BucketServer } from "../../../platform/bucket/testing/bucket-server.ts";

export type TestUser = User & { invoices: Readonly<Record<string, readonly ItemAction[]>> };

/** The users of the application in the tests, with their rights on invoices. */
export const users = {
  ann: { id: "ann", email: "ann@example.com", name: "Ann", invoices: { "42": ["read", "add", "remove"] } },
  ben: { id: "ben", email: null, name: null, invoices: { "7": ["read", "add", "remove"] } },
  cleo: { id: "cleo", invoices: { "42": ["read"] } },
} satisfies Record<string, TestUser>;

/** The item whose files the user `ann` may read, add and remove. */
export const invoice42 = { resource: "invoice", itemId: "42" };

/** The database and the bucket of a test. Several processes can use them at the same time. */
export type Place = { database: string; server: Omit<BucketServer, "stop"> };

/** The access rule of the application in the tests, which reads the rights in `users`. */
export function mayInvoice(user: TestUser, action: ItemAction, id: string): boolean {
  return user.invoices[id]?.includes(action) ?? false;
}

export const invoices: Resources<TestUser> = { invoice: { may: mayInvoice } };

/** Returns the options of an embedding for this database and bucket. The request header `x-user` contains the name of the user. */
export function optionsAt(
  { database, server }: Place,
  options: Partial<ValetKeyOptions<TestUser>> = {},
): ValetKeyOptions<TestUser> {
  const { bucket: name, region, endpoint, credentials } = server;
  return {
    bucket: { name, region, endpoint, credentials },
    database,
    user: (request) => users[request.headers.get("x-user") as keyof typeof users] ?? null,
    resources: invoices,
    ...options,
  };
}
