import { MailPreferences, UpdateMailPreferencesBody } from "@valetkey/contract";
import { operations } from "../../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../../platform/http/route-types.ts";
import { callerOf } from "../../access/caller.ts";
import type { MailVerbs } from "../index.ts";

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
