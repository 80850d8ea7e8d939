import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import staticFiles from "@fastify/static";
import type { FastifyError, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { USUAL_LANGUAGE } from "../domain/language.ts";
import { LANGUAGE_HEADERS, pageLanguage } from "./page-language.ts";
import type { App } from "./route-types.ts";
import { notFound, sendProblem } from "./send-problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** True for routes that only the web app has. For a missing path below such a route, the service returns a page. */
    isPage?: boolean;
  }
}

/** The paths that only the web app has. The web app shares `/`, `/activity` and `/links` with the API. */
const PAGES = [
  "/n/:noteId",
  "/shared",
  "/deleted",
  "/attach",
  "/settings",
  "/settings/doctor",
  "/settings/webhooks",
  "/admin",
  "/sign-in",
  "/sign-up",
  "/forgot-password",
  "/new-email",
  "/new-password",
  "/confirm-email",
  "/invitation",
];
/** `landing`: the page of links, for visitors without an account. It has a separate build. */
type Page = "index" | "landing";
/** The files of the pages. The name of a page in another language than English contains the code of that language. */
const PAGE_FILE = /^(?:index|landing)(?:\.([a-z]{2}))?\.html$/;
const HTML = "text/html; charset=utf-8";
// Dotfiles are private. The service sends a .br or .gz file only instead of its original.
const NOT_SERVED = /(?:^|[/\\])\.|\.(?:br|gz)$/;

/** The pages of the web app. */
export type WebApp = {
  /** Sends the app to a browser that opens a page. For every other client, sends nothing and returns false. */
  sendPage(request: FastifyRequest, reply: FastifyReply): boolean;
  /** Returns the "not found" page for a browser that opens a page, and undefined for every other client. */
  notFoundPage(request: FastifyRequest, reply: FastifyReply): Promise<string> | undefined;
};

/**
 * Serves the build of the web app from `root`.
 * Files in /assets have their hash in the name, so browsers cache them for a year. Browsers revalidate all other files. The list of
 * files beside /assets is read once, at startup. The page of a link contains nothing about the link. Each page is in the language of its
 * reader.
 */
export function serveWebApp(app: App, { root, publicUrl }: { root: string; publicUrl: string }): WebApp {
  const common = { dotfiles: "ignore", index: false, preCompressed: true, suppressWarning: true } as const;
  app.register(async (assets: App) => {
    // If the plugin refuses the spelling of a path, the response is the same 404 as for a missing file.
    assets.setErrorHandler((error: FastifyError, request, reply) =>
      sendProblem((error.statusCode ?? 500) < 500 ? notFound() : error, request, reply as FastifyReply),
    );
    await assets.register(staticFiles, {
      ...common,
      root: join(root, "assets"),
      prefix: "/assets/",
      decorateReply: false,
      maxAge: "365d",
      immutable: true,
    });
  });
  app.register(staticFiles, { ...common, root, serve: false, cacheControl: false });
  const sendFresh = (reply: FastifyReply, file: string) => reply.header("cache-control", "no-cache").sendFile(file);
  const languages = languagesOf(root);
  const read = (page: Page, { headers }: FastifyRequest) => {
    const language = pageLanguage(headers, languages);
    return readFile(join(root, language === USUAL_LANGUAGE ? `${page}.html` : `${page}.${language}.html`), "utf8");
  };
  async function sendIndex(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const text = await read("index", request);
    // The ETag of the file plugin consists of size and time. The files of two languages can have the same size and time, so this ETag is a
    // hash.
    const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 20)}"`;
    reply.headers({ "cache-control": "no-cache", etag }).type(HTML);
    return request.headers["if-none-match"]?.includes(etag) ? reply.code(304).send() : reply.send(text);
  }
  app.register(async (pages: App) => {
    const schema = { hide: true };
    for (const url of PAGES) {
      pages.get(url, { schema, config: { isPage: true } }, (request, reply) =>
        sendIndex(request, reply.header("vary", LANGUAGE_HEADERS)),
      );
    }
    // An installed app handles this request itself (attach-worker.js). If its worker does not run, the page asks the user for the files again.
    pages.post("/attach", {
      schema,
      config: { isPage: true },
      onRequest(_request, reply) {
        reply.redirect("/attach", 303);
      },
      handler() {
        throw notFound();
      },
    });
    pages.get("/s/:token", { schema, config: { isPage: true } }, async (request, reply) => {
      const { token } = request.params as { token: string };
      reply.headers(LANDING_HEADERS).type(HTML);
      return fillLanding(await read("landing", request), { token, publicUrl });
    });
    for (const file of filesBesidePages(root))
      pages.get(`/${file}`, { schema }, (_request, reply) => sendFresh(reply, file));
  });
  return {
    sendPage(request, reply) {
      reply.header("vary", "accept");
      if (!opensPage(request)) return false;
      reply.header("vary", `accept, ${LANGUAGE_HEADERS}`);
      sendIndex(request, reply).catch((error) => reply.send(error));
      return true;
    },
    // The page is read without an ETag, because a 304 for a missing page would show an empty page.
    notFoundPage(request, reply) {
      if (!opensPage(request)) return undefined;
      reply.code(404).header("cache-control", "no-store").type(HTML);
      return read("index", request);
    },
  };
}

/** An onRequest hook that sends the app to a browser that opens `url`. It must run before authentication. */
export function pageHook({ sendPage }: WebApp, url: string): onRequestHookHandler {
  return (request, reply, done) => {
    if (request.routeOptions.url !== url || !sendPage(request, reply)) done();
  };
}

/** Browsers accept text/html when a user opens a page. `fetch` and clients of the API do not. */
function opensPage({ method, headers }: FastifyRequest): boolean {
  return (method === "GET" || method === "HEAD") && headers.accept?.includes("text/html") === true;
}

/** Caches and search engines must not store the page of a link. */
const LANDING_HEADERS = { "cache-control": "no-store", "x-robots-tag": "noindex, nofollow" };

/**
 * Fills in the page of links, which is the same for every link. For browsers without JavaScript, it contains the token of the request.
 */
function fillLanding(page: string, { token, publicUrl }: { token: string; publicUrl: string }): string {
  return page
    .replaceAll("%ORIGIN%", () => new URL(publicUrl).origin)
    .replaceAll("%TOKEN%", () => encodeURIComponent(token));
}

function filesBesidePages(root: string): string[] {
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll("\\", "/"))
    .filter((file) => !PAGE_FILE.test(file) && !file.startsWith("assets/") && !NOT_SERVED.test(file));
}

function languagesOf(root: string): ReadonlySet<string> {
  return new Set([USUAL_LANGUAGE, ...readdirSync(root).flatMap((file) => PAGE_FILE.exec(file)?.[1] ?? [])]);
}
