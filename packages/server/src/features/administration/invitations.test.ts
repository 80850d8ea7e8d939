import { beforeAll, describe, expect, it } from "vitest";
import type { Message } from "../../platform/mailer/smtp.ts";
import { accountClient, TEST_PASSWORD } from "../../testing/auth/account-client.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { invitationActions, newEmail, tokenIn } from "../../testing/invitations.ts";
import { useService } from "../../testing/use-service.ts";

const DAY_MS = 86_400_000;

describe.each(engines)("requirement 60: invitations to the service on $name", (engine) => {
  const mails: Message[] = [];
  const mailer = {
    send: async (mail: Message) => {
      mails.push(mail);
      return { state: "accepted" } as const;
    },
    close: () => undefined,
  };
  const service = useService({ engine, hasAccounts: true, signUp: "closed", mailer });
  const root = service.as("root");
  const { post, statusOf } = accountClient(service);
  const { invite: share, look } = invitationActions(service);
  beforeAll(() =>
    service.useCases.rememberPerson({ id: "root", email: "root@example.com", name: "Root", isAdmin: true }),
  );

  const invite = async (email = newEmail()) => {
    const { status, body } = await root.send("POST /admin/invitations", { json: { email } });
    expect(status).toBe(201);
    return { ...body, token: tokenIn(body) } as { id: string; email: string; url: string; token: string };
  };
  const signUp = (email: string, invitation?: unknown) =>
    post("sign-up/email", {
      email,
      name: "Mia",
      password: TEST_PASSWORD,
      ...(invitation !== undefined && { invitation }),
    });
  const listed = async () =>
    (await root.send("GET /admin/invitations?limit=200")).body.items.map(({ email }: { email: string }) => email);
  const setSignUp = (value: string) => root.send("PUT /admin/policy/sign-up", { json: { value } });

  it("an invitation to the service creates one account with a proven email address", async () => {
    const { token, email } = await invite();
    expect((await look(token)).body).toEqual({
      ...{ opens: "service", ownerName: "root", email },
      ...{ noteTitle: null, filename: null, role: null, expiresAt: null, callerHas: "nothing", callerShare: null },
    });
    expect((await signUp(email)).body).toMatchObject({ status: 403, code: "access_denied" });
    const { noteId } = await share({ email });
    const created = await signUp(email.toUpperCase(), token);
    expect(created.status).toBe(200);
    expect(await statusOf(created.cookie, `GET /notes/${noteId}`)).toBe(200);
    expect((await root.send(`GET /admin/people?q=${email}`)).body.items[0]).toMatchObject({ isEmailProven: true });
    expect(await listed()).not.toContain(email);
    expect((await look(token)).body).toMatchObject({ code: "invitation_used" });
    expect((await signUp(email, token)).body).toMatchObject({ code: "invitation_used" });
  });

  it("five simultaneous sign-ups with an invitation to the service create one account", async () => {
    const { token, email } = await invite();
    const answers = await Promise.all(Array.from({ length: 5 }, () => signUp(email, token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers)
      if (status !== 200) expect(["email_taken", "invitation_used"]).toContain(body.code);
  });

  it("a sign-up with an invitation needs the invited email address and a valid token", async () => {
    const { token, email } = await invite();
    expect((await signUp(newEmail(), token)).body).toMatchObject({ status: 400, code: "invalid_request" });
    const changed = `${token[0] === "A" ? "B" : "A"}${token.slice(1)}`;
    for (const wrong of [changed, "x", "", `${token}x`, "\u0000"]) {
      expect((await signUp(email, wrong)).code, wrong).toBe("access_denied");
    }
    for (const wrong of [null, 1, {}, [token]]) expect((await signUp(email, wrong)).status).toBe(400);
  });

  it("an invitation link stops working when it is revoked, renewed or expired", async () => {
    const { id, token, email } = await invite();
    const renewed = (await root.send(`POST /admin/invitations/${id}/renew`)).body;
    expect((await look(token)).status).toBe(404);
    expect((await look(tokenIn(renewed))).status).toBe(200);
    service.advance(31 * DAY_MS);
    expect((await look(tokenIn(renewed))).body).toMatchObject({ code: "invitation_expired" });
    expect((await signUp(email, tokenIn(renewed))).code).toBe("invitation_expired");
    service.advance(-31 * DAY_MS);
    await service.useCases.rememberPerson({ id: "gone", email: "gone@example.com", name: "Gone", isAdmin: true });
    await service.useCases.disableUser("gone");
    expect((await look(tokenIn(renewed))).body).toMatchObject({ code: "invitation_expired" });
    expect(await listed()).toContain(email);
    const again = await invite(email);
    expect((await root.send(`DELETE /admin/invitations/${id}`)).status).toBe(204);
    expect((await look(again.token)).status).toBe(404);
    expect((await root.send(`DELETE /admin/invitations/${id}`)).body).toMatchObject({ code: "invitation_not_found" });
    expect((await root.send(`POST /admin/invitations/${id}/renew`)).body).toMatchObject({
      code: "invitation_not_found",
    });
  });

  it("a sign-up with an invitation that is renewed meanwhile proves no email address", async () => {
    const { id, token, email } = await invite();
    const accept = await service.useCases.admitSignUp({ email, token });
    await root.send(`POST /admin/invitations/${id}/renew`);
    await accept({ id: "late", name: "Mia" });
    expect(await listed()).toContain(email);
    expect((await root.send(`GET /admin/people?q=${email}`)).body.items).toEqual([]);
  });

  it("an invitation to the service causes one mail, and so does each renewal", async () => {
    await service.sendMails();
    mails.length = 0;
    const { url, email } = await invite();
    expect((await invite(email)).url).toBe(url);
    await service.sendMails();
    expect(mails.map(({ to }) => to)).toEqual([email, email]);
    for (const { text, html } of mails) for (const part of [text, html]) expect(part).toContain(url);
    expect(await listed()).toContain(email);
    expect(service.log()).not.toContain(url.split("#")[1]);
  });

  it("the service can't invite an invalid email address or one that has an account", async () => {
    const { token, email } = await invite();
    await signUp(email, token);
    expect((await root.send("POST /admin/invitations", { json: { email } })).body).toMatchObject({
      code: "email_taken",
    });
    for (const wrong of ["mia", "mia@", "mia@example.com\u0000", "mïa@example.com", `${"a".repeat(250)}@example.com`]) {
      expect((await root.send("POST /admin/invitations", { json: { email: wrong } })).status, wrong).toBe(400);
    }
  });

  it("a person with an account can't accept an invitation to the service", async () => {
    const { token } = await invite();
    const answer = await service.as("ann").send("POST /invitations/redeem", { json: { token } });
    expect(answer.body).toMatchObject({ status: 404, code: "invitation_not_found" });
  });

  it("the log of administrators records an invitation without its link", async () => {
    const { id, email } = await invite();
    await root.send(`POST /admin/invitations/${id}/renew`);
    await root.send(`DELETE /admin/invitations/${id}`);
    const { items } = (await root.send("GET /admin/log?limit=3")).body;
    expect(items.map(({ action, detail }: { action: string; detail: object }) => [action, detail])).toEqual([
      ["invitation.revoked", { email }],
      ["invitation.renewed", { email }],
      ["invitation.created", { email }],
    ]);
  });

  it("a sign-up with an invitation to a note accepts the invitation", async () => {
    const { token, email, noteId } = await share();
    expect((await signUp(email, token)).code).toBe("access_denied");
    await setSignUp("invited");
    expect((await signUp(email)).code).toBe("access_denied");
    expect((await signUp(newEmail(), token)).code).toBe("invalid_request");
    const { status, cookie } = await signUp(email, token);
    expect(status).toBe(200);
    expect(await statusOf(cookie, `GET /notes/${noteId}`)).toBe(200);
    expect((await signUp(newEmail(), token)).code).toBe("invitation_used");
    await setSignUp("open");
    const open = await share();
    expect((await signUp(newEmail(), open.token)).status).toBe(200);
    expect((await look(open.token)).status).toBe(200);
    await root.send("DELETE /admin/policy/sign-up");
  });
});
