import { MailPreferences, problems, UnsubscribeParams, UpdateMailPreferencesBody } from "@valetkey/contract";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { type Language, USUAL_LANGUAGE } from "../../platform/database/unions.ts";
import { refusalOf } from "../../platform/http/problem.ts";
import { readerLanguage } from "../../platform/http/reader-language.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { callerOf } from "../access/caller.ts";
import { visitorHeaders } from "../links/visitor/routes.ts";
import type { MailVerbs } from "./index.ts";
import type { Unsubscribe } from "./preferences.ts";

const schemas = operations("mail", {
  getMailPreferences: {
    summary: "Read which mails you get",
    response: { 200: MailPreferences },
  },
  setMailPreferences: {
    summary: "Choose which mails you get. Mails about your password and your email address are always sent",
    body: UpdateMailPreferencesBody,
    response: { 200: MailPreferences },
  },
});

export function mailPreferenceRoutes(app: App, { useCases }: RouteDeps<MailVerbs>): void {
  const path = "/me/mail-preferences";
  app.get(path, { schema: schemas.getMailPreferences }, (request) => useCases.getMailPreferences(callerOf(request)));
  app.put(path, { schema: schemas.setMailPreferences }, (request) =>
    useCases.setMailPreferences(callerOf(request), request.body),
  );
}

const MAX_FORM_BYTES = 4_096;
const isPublic = { security: [] as [] };

const unsubscribeSchemas = operations("mail", {
  lookAtUnsubscribe: {
    ...isPublic,
    summary: "Show which mails a link turns off, as a page. Changes nothing",
    params: UnsubscribeParams,
    produces: ["text/html"],
    response: { 200: Type.String() },
  },
  unsubscribe: {
    ...isPublic,
    summary: "Turn mails of one topic off, with the link of a mail (RFC 8058)",
    params: UnsubscribeParams,
    produces: ["text/html"],
    response: { 200: Type.String() },
  },
});

/** The routes GET and POST /unsubscribe/:token. Mail scanners open links with GET, so only POST turns mails off. */
export function unsubscribeRoutes(app: App, { useCases, publicUrl, plainPages }: RouteDeps<MailVerbs>): void {
  app.addHook("onRequest", visitorHeaders(publicUrl));
  // Mail programs send `List-Unsubscribe=One-Click` in a form, with one of two media types. The service ignores the form, because the token
  // contains everything.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: MAX_FORM_BYTES }, (_request, _text, done) =>
    done(null, undefined),
  );

  async function show(
    reply: Pick<FastifyReply, "type" | "header" | "code" | "request">,
    { isDone, find }: { isDone: boolean; find: () => Unsubscribe["topic"] | Promise<Unsubscribe["topic"]> },
  ): Promise<string> {
    reply.type("text/html; charset=utf-8").header("content-security-policy", plainPages.policy());
    const language = readerLanguage(reply.request.headers) ?? USUAL_LANGUAGE;
    const title = unsubscribeTexts[language].title(plainPages.name);
    const render = (view: View) => plainPages.render({ language, title, content: contentOf(view, language) });
    try {
      return render({ topic: await find(), isDone });
    } catch (error) {
      const { code } = refusalOf(error);
      if (code !== "account_link_invalid") throw error;
      reply.code(problems[code].status);
      return render(undefined);
    }
  }

  app.get("/unsubscribe/:token", { schema: unsubscribeSchemas.lookAtUnsubscribe }, ({ params }, reply) =>
    show(reply, { isDone: false, find: () => useCases.lookAtUnsubscribe(params.token) }),
  );
  app.post("/unsubscribe/:token", { schema: unsubscribeSchemas.unsubscribe }, ({ params }, reply) =>
    show(reply, { isDone: true, find: () => useCases.unsubscribe(params.token) }),
  );
}

type Mails = Record<Unsubscribe["topic"], string>;

const english = {
  title: (name: string) => `Mails from ${name}`,
  invalid: "This link can't be used",
  incomplete: "This link is not complete. Copy the whole link from the mail.",
  question: "Turn off these mails?",
  action: "Turn off",
  done: "Done",
  mails: {
    shares: "Mails about notes and files that people share with you",
    expiry: "Mails about access that ends soon",
    links: "Mails about your links",
    files: "Mails about files that you receive",
    requests: "Mails about requests for access to your notes",
    digest: "Your day in one mail",
  } as Mails,
  off: "You will not get these mails again. With an account, you can turn them on in the settings.",
};

const german: typeof english = {
  title: (name: string) => `E-Mails von ${name}`,
  invalid: "Dieser Link funktioniert nicht",
  incomplete: "Dieser Link ist nicht vollständig. Kopieren Sie den ganzen Link aus der E-Mail.",
  question: "Diese E-Mails abbestellen?",
  action: "Abbestellen",
  done: "Erledigt",
  mails: {
    shares: "E-Mails über Notizen und Dateien, die für Sie freigegeben werden",
    expiry: "E-Mails über Zugriff, der bald endet",
    links: "E-Mails über Ihre Links",
    files: "E-Mails über Dateien, die Sie erhalten",
    requests: "E-Mails über Bitten um Zugriff auf Ihre Notizen",
    digest: "Ihr Tag in einer E-Mail",
  },
  off: "Sie erhalten diese E-Mails nicht mehr. Mit einem Konto können Sie sie in den Einstellungen wieder einschalten.",
};

const unsubscribeTexts: Record<Language, typeof english> = { en: english, de: german };

/** The state of the unsubscribe page. Undefined: the token in the link is not valid. */
type View = { topic: Unsubscribe["topic"]; isDone: boolean } | undefined;

/** Returns the unsubscribe page, which needs no JavaScript and no sign-in. */
function contentOf(view: View, language: Language): string {
  const words = unsubscribeTexts[language];
  if (view === undefined) return `<h1>${words.invalid}</h1>\n<p>${words.incomplete}</p>`;
  const mails = `<p>${words.mails[view.topic]}</p>`;
  if (view.isDone) return `<h1>${words.done}</h1>\n${mails}\n<p role="status">${words.off}</p>`;
  return `<h1>${words.question}</h1>\n${mails}\n<form method="post"><button>${words.action}</button></form>`;
}
