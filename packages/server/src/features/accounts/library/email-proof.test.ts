import { describe, expect, it } from "vitest";
import { createMailbox } from "../../../testing/auth/mailbox.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { beforeEachQuery } from "../../../testing/record-calls.ts";
import { useService } from "../../../testing/use-service.ts";

const origin = "https://files.example.com";
const HOUR_MS = 3_600_000;

describe.each(engines)("the proof of an email address on $name", (engine) => {
  const mailbox = createMailbox();
  let claimsFail = false;
  const service = useService({
    engine,
    hasAccounts: true,
    mailer: mailbox.mailer,
    wrap: {
      database: (db) =>
        beforeEachQuery(db, (query) => {
          if (claimsFail && query === "invitations.listFor") throw new Error("The process died.");
        }),
    },
  });

  async function signUp(name: string) {
    const email = `${name}@example.com`;
    const password = "correct horse battery";
    const json = { email, name, password };
    const { body, headers } = await service.anonymous.send("POST /auth/sign-up/email", { headers: { origin }, json });
    const [cookie = ""] = [headers["set-cookie"]].flat().map((line) => line?.split(";", 1)[0]);
    const session = { origin, cookie };
    const post = (path: string, json: object) =>
      service.anonymous.send(`POST /auth${path}`, { headers: session, json });
    return {
      email,
      userId: body.user.id as string,
      askAgain: () => post("/request-email-proof", {}),
      forgetPassword: () => post("/request-password-reset", { email }),
      prove: (token: string) => post("/prove-email", { token }),
      signIn: () =>
        service.anonymous.send("POST /auth/sign-in/email", { headers: { origin }, json: { email, password } }),
      isProven: async () => (await service.anonymous.send("GET /me", { headers: session })).body.emailProven,
    };
  }

  /** Sends the due mails. Returns the token in the last mail to this email address. */
  async function mailedTo(email: string): Promise<string> {
    await service.sendMails();
    expect(mailbox.to(email).at(-1)?.text).toContain(`${origin}/confirm-email#`);
    return mailbox.tokenTo(email, "confirm-email");
  }

  it("sign-up sends a mail with a link that proves the email address", async () => {
    const ann = await signUp("ann");
    const token = await mailedTo(ann.email);
    expect(await ann.isProven()).toBe(false);
    expect((await ann.prove(token)).status).toBe(200);
    expect(await ann.isProven()).toBe(true);
    expect((await ann.prove(token)).body.code).toBe("account_link_invalid");
    const sent = mailbox.mails.length;
    expect((await ann.askAgain()).status).toBe(200);
    await service.sendMails();
    expect(mailbox.mails).toHaveLength(sent);
    const change = expect.stringContaining("link from a mail");
    const lines = service
      .log()
      .split("\n")
      .filter((line) => line.includes("the email address was proven"));
    expect(lines.filter((line) => line.includes(ann.userId) && !line.includes(ann.email))).toEqual([change]);
  });

  it("the proof of an email address gives the account the shares with this address", async () => {
    const ben = await signUp("ben");
    const noteId = (await service.as("owner").send("POST /notes", { json: { title: "For Ben" } })).body.id;
    // A second user, from a JWT, has the same email address without a proof.
    await service.as("ben").send("GET /me");
    const token = await mailedTo(ben.email);
    const json = { emails: [ben.email], role: "viewer" };
    await service.as("owner").send(`PUT /notes/${noteId}/shares`, { json });
    expect(await service.holdersOf(noteId)).toEqual([]);
    await ben.prove(token);
    expect(await service.holdersOf(noteId)).toEqual([ben.userId]);
  });

  it("if the process dies after an email address is proven, the next sign-in gives the shares", async () => {
    const gus = await signUp("gus");
    const noteId = (await service.as("owner").send("POST /notes", { json: { title: "For Gus" } })).body.id;
    await service.as("gus").send("GET /me");
    const token = await mailedTo(gus.email);
    await service.as("owner").send(`PUT /notes/${noteId}/shares`, { json: { emails: [gus.email] } });
    claimsFail = true;
    expect((await gus.prove(token)).status).toBe(500);
    claimsFail = false;
    expect(await gus.isProven()).toBe(true);
    expect(await service.holdersOf(noteId)).toEqual([]);
    expect((await gus.signIn()).status).toBe(200);
    expect(await service.holdersOf(noteId)).toEqual([gus.userId]);
  });

  it("requirement 43: an email address gets at most ten proof mails in a day", async () => {
    const kit = await signUp(`kit-${engine.name}`);
    const countSent = async () => {
      await service.sendMails();
      return mailbox.to(kit.email).length;
    };
    for (let hour = 0; hour < 5; hour++) {
      for (let time = 0; time < 3; time++) await kit.askAgain();
      await countSent();
      service.advance(HOUR_MS);
    }
    expect(await countSent()).toBe(10);
    await kit.forgetPassword();
    expect(await countSent()).toBe(11);
    service.advance(19 * HOUR_MS);
    expect((await kit.askAgain()).status).toBe(200);
    expect(await countSent()).toBe(12);
  });

  it("requirement 42: the link that proves an email address works only for its account", async () => {
    const squatter = await signUp("carl");
    const token = await mailedTo(squatter.email);
    const other = await signUp("dora");
    expect((await other.prove(token)).status).toBe(403);
    const json = { token };
    const anonymous = await service.anonymous.send("POST /auth/prove-email", { headers: { origin }, json });
    expect(anonymous.status).toBe(401);
    expect(await squatter.isProven()).toBe(false);
    expect((await squatter.prove(token)).status).toBe(200);
  });

  it("the link that proves an email address expires after three days", async () => {
    const emil = await signUp("emil");
    const token = await mailedTo(emil.email);
    service.advance(72 * HOUR_MS);
    expect((await emil.prove(token)).status).toBe(410);
    for (let time = 0; time < 3; time++) expect((await emil.askAgain()).status).toBe(200);
    const refused = await emil.askAgain();
    expect([refused.status, refused.body.code]).toEqual([429, "rate_limited"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(3_000);
    expect((await emil.prove(await mailedTo(emil.email))).status).toBe(200);
  });

  it("a link that proves an email address can't reset the password", async () => {
    const finn = await signUp("finn");
    const token = await mailedTo(finn.email);
    const json = { token, newPassword: "another horse battery" };
    const reset = await service.anonymous.send("POST /auth/reset-password", { headers: { origin }, json });
    expect(reset.status).toBe(410);
    const { token: other } = await service.useCases.makeResetLink(undefined, finn.userId);
    expect((await finn.prove(other)).status).toBe(410);
  });
});
