import { accountClient, ORIGIN } from "../../../packages/server/src/testing/auth/account-client.ts";
import type { createMailbox } from "../../../packages/server/src/testing/auth/mailbox.ts";
import type { TestService } from "../../../packages/server/src/testing/service.ts";

/** One run of a flow, which records the last step that has succeeded. */
export type Walk = ReturnType<typeof createPlace> & {
  /** Records that the person has reached a step of the flow. */
  reach: (step: string) => void;
};

export type Flow = (walk: Walk) => Promise<void>;

/** Makes people and calls for flows on one service, with or without mail. */
export function createPlace(
  service: TestService,
  { mailbox }: { mailbox: ReturnType<typeof createMailbox> | undefined },
) {
  const accounts = accountClient(service);
  let people = 0;

  /** Returns a function that calls the service with a session cookie, as a browser does. */
  function browserOf(cookie: string) {
    const headers = { cookie, origin: ORIGIN };
    return (call: string, json?: object) => service.anonymous.send(call, { headers, ...(json && { json }) });
  }

  async function signUp(email = newEmail()) {
    const account = await accounts.signUp(email.split("@")[0] as string);
    const send = browserOf(account.cookie);
    return { ...account, send, opens: async (path: string) => (await send(`GET ${path}`)).status === 200 };
  }

  function newEmail(): string {
    people += 1;
    return `person-${people}@example.com`;
  }

  return {
    service,
    hasMail: mailbox !== undefined,
    post: accounts.post,
    newEmail,
    signUp,
    /** Creates a person with a note, whose email address the operator has confirmed. */
    async owner() {
      const account = await signUp();
      const { userId: id, email } = account;
      await service.useCases.rememberForOperator(
        { id, email, name: "Ann", emailProvenBy: "operator" },
        "person.email_proven",
      );
      const { id: noteId } = (await account.send("POST /notes", { title: "Plan" })).body;
      return { ...account, noteId: noteId as string };
    },
    async administrator() {
      const account = await signUp();
      const { userId: id, email } = account;
      await service.useCases.rememberPerson({ id, email, name: "Root", isAdmin: true });
      return account;
    },
    /** Sends all due mails of the service. Returns the last mail to an email address. */
    async mailTo(email: string) {
      await service.sendMails();
      return mailbox?.to(email).at(-1);
    },
    /** Sends all due mails of the service. Returns the token of the last link to this page in a mail to an email address. */
    async mailedToken(email: string, page: string): Promise<string> {
      await service.sendMails();
      return mailbox?.tokenTo(email, page) ?? "";
    },
  };
}
