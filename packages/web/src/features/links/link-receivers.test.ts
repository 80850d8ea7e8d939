import type { LinkReceiver } from "@valetkey/client";
import { expect, it } from "vitest";
import { stubPage } from "../../testing/stub-page.ts";

stubPage();
const { inOrder } = await import("./link-receivers.tsx");

it("the list of receivers starts with the people who have no link that works", () => {
  const receiver = (email: string, changed: Partial<LinkReceiver> = {}): LinkReceiver => ({
    id: email,
    email,
    state: "sent",
    hasOldUrl: false,
    queuedAt: "2026-01-01T00:00:00Z",
    sentAt: null,
    visitedAt: null,
    usedAt: null,
    ...changed,
  });
  const list = [
    receiver("new"),
    receiver("refused", { state: "not_delivered" }),
    receiver("visited", { state: "visited" }),
    receiver("old", { hasOldUrl: true }),
  ];
  expect(inOrder(list).map(({ email }) => email)).toEqual(["refused", "old", "new", "visited"]);
});
