import type { BetterAuthPlugin, HookEndpointContext } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import { readerLanguage } from "../../../platform/http/pages.ts";
import type { Language } from "../../../platform/text/language.ts";
import type { PeopleVerbs } from "../../people/index.ts";

/** Returns the language in which the browser shows the pages. Returns undefined if no browser sent the request. */
export function languageOf(endpoint: { request?: Request | undefined } | null | undefined): Language | undefined {
  const headers = endpoint?.request?.headers;
  if (headers === undefined) return undefined;
  return readerLanguage({
    cookie: headers.get("cookie") ?? undefined,
    "accept-language": headers.get("accept-language") ?? undefined,
  });
}

type Options = Pick<PeopleVerbs, "recordLanguage">;

/**
 * Records the language of a signed-in user. Each page first reads the session, so this plugin also notices when the user chooses another
 * language.
 */
export function followLanguage({ recordLanguage }: Options): BetterAuthPlugin {
  return {
    id: "reader-language",
    hooks: {
      after: [
        {
          // The service also calls this endpoint, without a request, to authenticate other requests.
          matcher: ({ path, request }: HookEndpointContext) => path === "/get-session" && request !== undefined,
          handler: createAuthMiddleware(async (endpoint) => {
            const found = endpoint.context.returned as { user?: { id: string } } | null | undefined;
            const language = languageOf(endpoint);
            if (found?.user === undefined || language === undefined) return;
            await recordLanguage(found.user.id, language).catch((error: unknown) => {
              // Ignores the failure, because the user must still be able to open pages and delete files, for example if the disk is full.
              endpoint.context.logger.error("The language of a user could not be recorded.", error);
            });
          }),
        },
      ],
    },
  };
}
