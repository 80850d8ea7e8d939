import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { createWorld, unknownId, type World } from "../../testing/world.ts";

const userIdOf = (share: { userId: string }) => share.userId;

describe.each(engines)("shares on $name", (engine) => {
  let world: World;
  const service = useService({ engine });
  const owner = service.as("owner");
  beforeAll(async () => {
    world = await createWorld(service);
    // The service gets the email address of Bob from his first request.
    await service.as("bob").send("GET /me");
  });

  it("an owner can share a note with a user id and revoke the share", async () => {
    const call = `/notes/${world.noteId}/shares`;
    const expiresAt = "2999-01-01T00:00:00.000Z";
    const json = { userIds: ["bob", "carl"], role: "editor", expiresAt };
    const put = await owner.send(`PUT ${call}`, { json });
    expect(put.status).toBe(200);
    const shares = (answer: { body: { shares: { userId: string }[] } }, userId: string) =>
      answer.body.shares.find((share) => share.userId === userId);
    expect(shares(put, "bob")).toMatchObject({ email: "bob@example.com", name: "bob", role: "editor", expiresAt });
    expect(shares(put, "carl")).toMatchObject({ email: null, name: null, role: "editor" });
    await owner.send(`PUT ${call}`, { json: { userIds: ["bob"] } });
    const listed = await owner.send(`GET ${call}`);
    expect(shares(listed, "bob")).toMatchObject({ role: "viewer", expiresAt: null });
    expect((await owner.send(`DELETE ${call}/bob`)).status).toBe(204);
    expect((await owner.send(`DELETE ${call}/bob`)).body).toMatchObject({ status: 404, code: "share_not_found" });
  });

  it("the owner can share an attachment with viewers, but not with editors", async () => {
    const call = `/attachments/${world.attachmentId}/shares`;
    const userId = "auth0|ä/b?c#d %41";
    const put = await owner.send(`PUT ${call}`, { json: { userIds: [userId] } });
    expect(put.body.shares.map(userIdOf)).toContain(userId);
    expect((await owner.send(`DELETE ${call}/${encodeURIComponent(userId)}`)).status).toBe(204);
    const editor = await owner.send(`PUT ${call}`, { json: { userIds: ["bob"], role: "editor" } });
    expect(editor.body).toMatchObject({ status: 400, code: "invalid_request" });
  });

  it.each(["notes", "attachments"] as const)(
    "PUT /%s/:id/shares returns the same outcome for every email address",
    async (noun) => {
      const { noteId, attachmentId } = await createWorld(service);
      const id = noun === "notes" ? noteId : attachmentId;
      const emails = ["nobody@example.com", "BOB@example.com", "none@example.com"];
      const { status, body } = await owner.send(`PUT /${noun}/${id}/shares`, { json: { userIds: ["carl"], emails } });
      expect(status).toBe(200);
      expect(body.results).toEqual([
        { userId: "carl", outcome: "shared" },
        ...emails.map((email) => ({ email, outcome: "shared" })),
      ]);
      expect(body.shares.map(userIdOf)).toContain("carl");
      expect(body.shares.map(userIdOf)).not.toContain("bob");
      expect(await service.holdersOf(id)).toContain("bob");
      const { shares, invitations } = body;
      expect((await owner.send(`GET /${noun}/${id}/shares`)).body).toEqual({ shares, invitations });
    },
  );

  it.each([
    [{}, 400],
    [{ userIds: [] }, 400],
    [{ userIds: ["owner"] }, 400],
    [{ userIds: ["bob"], expiresAt: "2001-01-01T00:00:00Z" }, 400],
    [{ userIds: ["bob"], expiresAt: "2999-02-99T00:00:00Z" }, 400],
    [{ userIds: ["bob"], expiresAt: "tomorrow" }, 400],
    [{ userIds: ["bob"], role: "owner" }, 400],
    [{ userIds: "bob" }, 400],
    [{ userIds: ["x".repeat(256)] }, 400],
    [{ emails: ["not an address"] }, 400],
    [{ userIds: Array.from({ length: 101 }, (_, index) => `user-${index}`) }, 400],
    [{ userIds: ["bob"], noteId: unknownId() }, 400],
  ])("PUT /notes/:id/shares with the body %j returns %i", async (json, status) => {
    for (const subject of [`/notes/${world.noteId}`, `/attachments/${world.attachmentId}`]) {
      const answer = await owner.send(`PUT ${subject}/shares`, { json });
      expect([answer.status, answer.body.status]).toEqual([status, status]);
    }
  });
});
