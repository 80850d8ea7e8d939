import { MailPreferences, problems, UnsubscribeParams, UpdateMailPreferencesBody } from "@valetkey/contract";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { operations } from "../../platform/http/openapi.ts";
import { plainPagePolicy, readerLanguage } from "../../platform/http/pages.ts";
import { refusalOf } from "../../platform/http/problem.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { USUAL_LANGUAGE } from "../../platform/text/language.ts";
import { callerOf } from "../access/caller.ts";
import { visitorHeaders } from "../links/visitor/routes.ts";
import type { MailVerbs } from "./index.ts";
import type { Unsubscribe } from "./preferences.ts";
import { unsubscribePage } from "./unsubscribe-page.ts";

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

/** The routes at /me/mail-preferences. */
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
    summary: "Show which mails a link turns off, as a page. It changes nothing",
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

/** The routes GET and POST /unsubscribe/:token. Only POST turns mails off, because mail scanners open links with GET. */
export function unsubscribeRoutes(app: App, { useCases, publicUrl }: RouteDeps<MailVerbs>): void {
  app.addHook("onRequest", visitorHeaders(publicUrl));
  // A mail program sends `List-Unsubscribe=One-Click` in a form of one of two media types. The service ignores the form, because the token
  // contains all facts that the service needs.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: MAX_FORM_BYTES }, (_request, _text, done) =>
    done(null, undefined),
  );

  async function show(
    reply: Pick<FastifyReply, "type" | "header" | "code" | "request">,
    { isDone, find }: { isDone: boolean; find: () => Unsubscribe["topic"] | Promise<Unsubscribe["topic"]> },
  ): Promise<string> {
    reply.type("text/html; charset=utf-8").header("content-security-policy", plainPagePolicy());
    const language = readerLanguage(reply.request.headers) ?? USUAL_LANGUAGE;
    try {
      return unsubscribePage({ topic: await find(), isDone }, language);
    } catch (error) {
      const { code } = refusalOf(error);
      if (code !== "account_link_invalid") throw error;
      reply.code(problems[code].status);
      return unsubscribePage(undefined, language);
    }
  }

  app.get("/unsubscribe/:token", { schema: unsubscribeSchemas.lookAtUnsubscribe }, ({ params }, reply) =>
    show(reply, { isDone: false, find: () => useCases.lookAtUnsubscribe(params.token) }),
  );
  app.post("/unsubscribe/:token", { schema: unsubscribeSchemas.unsubscribe }, ({ params }, reply) =>
    show(reply, { isDone: true, find: () => useCases.unsubscribe(params.token) }),
  );
}
