import type { ItemAction, Resources } from "../../../index.ts";
import type { TestUser } from "./place.ts";

/** The actions that everybody may do on a drawer whose id starts with this word. Ann may do everything. */
const OPEN: Record<string, readonly ItemAction[]> = { read: ["read"], add: ["add"], remove: ["remove"] };

const may = (user: TestUser, action: ItemAction, id: string) =>
  user.id === "ann" || OPEN[id.split("-")[0] ?? ""]?.includes(action) === true;

/**
 * The resources for the tests of calls. Each test uses its own drawers, such as `one`. Ben may only read `read-1`, only add to `add-1`, and
 * only remove from `remove-1`.
 */
export const drawers: Resources<TestUser> = {
  drawer: { may },
  pictures: { may, accept: ["image/*"], maxBytes: 1_000 },
};

export const drawer = (itemId: string) => ({ resource: "drawer", itemId });
export const pictures = (itemId: string) => ({ resource: "pictures", itemId });

export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
