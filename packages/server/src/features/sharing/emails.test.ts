import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { signTestJwt } from "../../testing/auth/test-jwt.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { useService } from "../../testing/use-service.ts";
import { normaliseEmail } from "../people/person.ts";

describe.each(engines)("requirement 34: shares by email address on $name", (engine) => {
  const service = useService({ engine, hasAccounts: true });
  const owner = service.as("owner");

  /** Sends a request with a JWT that has this `sub` and these claims, as an application does after the sign-in of a user. */
  async function comes(sub: string, claims: { email?: string; email_verified?: boolean; iat?: number }): Promise<void> {
    const authorization = `Bearer ${await signTestJwt({ sub, ...claims })}`;
    expect((await service.anonymous.send("GET /me", { headers: { authorization } })).status).toBe(200);
  }

  async function signUp(email: string): Promise<string> {
    const json = { email, name: "Stranger", password: "correct horse battery" };
    const headers = { origin: "https://files.example.com" };
    return (await service.anonymous.send("POST /auth/sign-up/email", { headers, json })).body.user.id;
  }

  /** Shares a new note with an email address, and returns the users who get access. The response to the owner must not show them. */
  async function shareWith(email: string): Promise<string[]> {
    const { id } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    const { body } = await owner.send(`PUT /notes/${id}/shares`, { json: { emails: [email] } });
    expect(body).toMatchObject({ results: [{ email, outcome: "shared" }], shares: [] });
    expect(body.invitations).toMatchObject([{ email: normaliseEmail(email) }]);
    return service.holdersOf(id);
  }

  const newEmail = () => `${uuidv7()}@example.com`;

  it("a share by email address reaches its only holder, even if the address is unproven", async () => {
    const email = newEmail();
    const id = await signUp(email);
    expect(await shareWith(email)).toEqual([id]);
  });

  it("a share by email address reaches only the holder who has proven the address", async () => {
    const email = newEmail();
    await signUp(email);
    await comes("proven", { email, email_verified: true });
    expect(await shareWith(email)).toEqual(["proven"]);
  });

  it("a share by email reaches nobody if the address has several unproven holders", async () => {
    const email = newEmail();
    await signUp(email);
    await comes("unproven", { email });
    expect(await shareWith(email)).toEqual([]);
  });

  it("a share by email address reaches nobody if several users have proven the address", async () => {
    const email = newEmail();
    await comes("first-proven", { email, email_verified: true });
    await comes("second-proven", { email, email_verified: true });
    expect(await shareWith(email)).toEqual([]);
  });

  it("the owner can't use the holder's user id to revoke a share by email address", async () => {
    const email = newEmail();
    const holder = await signUp(email);
    const bystander = await signUp(newEmail());
    const { id } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    await owner.send(`PUT /notes/${id}/shares`, { json: { emails: [email] } });
    const statusFor = async (userId: string) => (await owner.send(`DELETE /notes/${id}/shares/${userId}`)).status;
    expect([await statusFor(holder), await statusFor(bystander)]).toEqual([404, 404]);
    expect(await service.holdersOf(id)).toEqual([holder]);
    // After the owner shares with the user id itself, the owner sees this share, even if the owner also invited the email address.
    await owner.send(`PUT /notes/${id}/shares`, { json: { userIds: [holder] } });
    expect(await statusFor(holder)).toBe(204);
  });

  it("the owner can't use the holder's user id to revoke a file's share by email address", async () => {
    const email = newEmail();
    const holder = await signUp(email);
    const { id } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    const file = (await owner.send(`POST /notes/${id}/attachments`, { form: fileForm() })).body;
    const shares = `/attachments/${file.id}/shares`;
    await owner.send(`PUT ${shares}`, { json: { emails: [email] } });
    expect((await owner.send(`DELETE ${shares}/${holder}`)).status).toBe(404);
    await owner.send(`PUT ${shares}`, { json: { userIds: [holder] } });
    expect((await owner.send(`DELETE ${shares}/${holder}`)).status).toBe(204);
  });

  it("a share by email address counts as an invitation even if its holder is known", async () => {
    const email = newEmail();
    await signUp(email);
    const { id } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    const file = (await owner.send(`POST /notes/${id}/attachments`, { form: fileForm() })).body;
    for (const path of [`/notes/${id}`, `/attachments/${file.id}`])
      await owner.send(`PUT ${path}/shares`, { json: { emails: [email, newEmail()] } });
    const { access, attachments } = (await owner.send(`GET /notes/${id}`)).body;
    expect(access).toMatchObject({ invitations: { count: 2 } });
    expect([access.people, attachments[0].access]).toEqual([undefined, { invitations: { count: 2 } }]);
  });

  it("several holders of one email address do not affect the shares of other addresses", async () => {
    const [email, other] = [newEmail(), newEmail()];
    await signUp(email);
    await comes("holder", { email });
    await comes("other", { email: other });
    const { id } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    await owner.send(`PUT /notes/${id}/shares`, { json: { emails: [email, other] } });
    expect(await service.holdersOf(id)).toEqual(["other"]);
  });

  it("a share by email address does not reach a user whose JWT has email_verified = false", async () => {
    const email = newEmail();
    await comes("unverified", { email, email_verified: true });
    expect(await shareWith(email)).toEqual(["unverified"]);
    await comes("unverified", { email, email_verified: false });
    expect(await shareWith(email)).toEqual([]);
  });

  it("shares by the former email address do not reach a user who has changed the address", async () => {
    const [before, after] = [newEmail(), newEmail()];
    await comes("moved", { email: before, email_verified: true });
    await comes("moved", { email: after });
    expect(await shareWith(before)).toEqual([]);
    expect(await shareWith(after)).toEqual(["moved"]);
  });

  it("a share by email address reaches a user whose last JWT has no email address", async () => {
    const email = newEmail();
    await comes("silent", { email, email_verified: true });
    await comes("silent", {});
    expect(await shareWith(email)).toEqual(["silent"]);
  });

  it("a share by email address stays valid after the address becomes unverified", async () => {
    const email = newEmail();
    await comes("stays", { email });
    const { id } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    await owner.send(`PUT /notes/${id}/shares`, { json: { emails: [email] } });
    await comes("stays", { email, email_verified: false });
    expect(await service.holdersOf(id)).toEqual(["stays"]);
  });

  it("an old JWT gives no new shares if a newer JWT has withdrawn the proof of the address", async () => {
    const email = newEmail();
    const at = Math.floor(Date.now() / 1000) - 60;
    await comes("corrected", { email, email_verified: true, iat: at });
    await comes("corrected", { email, email_verified: false, iat: at + 1 });
    await comes("corrected", { email, email_verified: true, iat: at });
    expect(await shareWith(email)).toEqual([]);
    await comes("corrected", { email, email_verified: true, iat: at + 2 });
    expect(await shareWith(email)).toEqual(["corrected"]);
  });

  it("a share does not reach the email address in a JWT that is older than the last one", async () => {
    const [before, after] = [newEmail(), newEmail()];
    const at = Math.floor(Date.now() / 1000) - 60;
    await comes("same", { email: after, iat: at });
    await comes("same", { email: after, iat: at + 2 });
    await comes("same", { email: before, iat: at + 1 });
    expect(await shareWith(before)).toEqual([]);
  });

  it("after a JWT from the future, a share still reaches the address of the next JWT", async () => {
    const [before, after] = [newEmail(), newEmail()];
    await comes("ahead", { email: before, iat: Math.floor(Date.now() / 1000) + 3600 });
    await comes("ahead", { email: after });
    expect(await shareWith(after)).toEqual(["ahead"]);
  });

  it("a share does not reach the holder of an email address that only looks equal", async () => {
    const name = uuidv7();
    await comes("ascii", { email: `k${name}@example.com` });
    await comes("kelvin", { email: `\u212a${name}@example.com`, email_verified: true });
    expect(await shareWith(`k${name}@example.com`)).toEqual(["ascii"]);
    expect(await shareWith(`K${name}@Example.com`)).toEqual(["ascii"]);
  });
});
