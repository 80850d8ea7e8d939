import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import staticFiles from "@fastify/static";
import type { FastifyError, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { nothingHere, sendProblem } from "./errors.ts";
import type { App } from "./types.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Of an address that only the web app has: what is below it and isn't there is told with a page. */
    isPage?: boolean;
  }
}

/** The addresses that only the web app knows, next to `/` and `/activity`, which callers of the API have too. */
const PAGES = ["/n/:noteId", "/shared", "/settings", "/sign-in", "/sign-up"];
const INDEX = "index.html";
const HTML = "text/html; charset=utf-8";
// A name with a dot in front is nobody's to see; the compressed ones are sent in place of what they are made from.
const NOT_SERVED = /(?:^|[/\\])\.|\.(?:br|gz)$/;

/** The web app's pages, where there are any. */
export type WebApp = {
  /** Answers a browser that opens a page; false, and nothing is sent, to everyone else. */
  answerPage(request: FastifyRequest, reply: FastifyReply): boolean;
  /** The page that says that there is nothing here; undefined to everyone else than a browser that opens a page. */
  pageOfNothing(request: FastifyRequest, reply: FastifyReply): Promise<string> | undefined;
};

/**
 * Serves what Vite has built: names in /assets change with their content and are kept for a year, everything else is asked for again
 * each time. Files beside index.html and /assets are those that are there now; others of their kind come with a restart.
 */
export function serveWebApp(app: App, root: string): WebApp {
  const common = { dotfiles: "ignore", index: false, preCompressed: true, suppressWarning: true } as const;
  app.register(async (assets: App) => {
    // What is refused for its spelling is as absent as what isn't there.
    assets.setErrorHandler((error: FastifyError, request, reply) =>
      sendProblem((error.statusCode ?? 500) < 500 ? nothingHere() : error, request, reply as FastifyReply),
    );
    await assets.register(staticFiles, {
      ...{ ...common, root: join(root, "assets"), prefix: "/assets/", decorateReply: false },
      ...{ maxAge: "365d", immutable: true },
    });
  });
  app.register(staticFiles, { ...common, root, serve: false, cacheControl: false });
  const sendFresh = (reply: FastifyReply, file: string) => reply.header("cache-control", "no-cache").sendFile(file);
  app.register(async (pages: App) => {
    const schema = { hide: true };
    for (const url of PAGES) {
      pages.get(url, { schema, config: { isPage: true } }, (_request, reply) => sendFresh(reply, INDEX));
    }
    for (const file of filesBeside(root))
      pages.get(`/${file}`, { schema }, (_request, reply) => sendFresh(reply, file));
  });
  return {
    answerPage(request, reply) {
      reply.header("vary", "accept");
      if (!opensPage(request)) return false;
      sendFresh(reply, INDEX);
      return true;
    },
    // Read whole and without an etag: "not modified" of a page that isn't there would be an empty one.
    pageOfNothing(request, reply) {
      if (!opensPage(request)) return undefined;
      reply.code(404).header("cache-control", "no-store").type(HTML);
      return readFile(join(root, INDEX), "utf8");
    },
  };
}

/** An onRequest hook, to stand before authentication: on the address of a page it answers a browser that opens it. */
export function pageHook({ answerPage }: WebApp, url: string): onRequestHookHandler {
  return (request, reply, done) => {
    if (request.routeOptions.url !== url || !answerPage(request, reply)) done();
  };
}

/** Browsers name HTML when they go to an address; code that fetches, and clients of the API, don't. */
function opensPage({ method, headers }: FastifyRequest): boolean {
  return (method === "GET" || method === "HEAD") && headers.accept?.includes("text/html") === true;
}

function filesBeside(root: string): string[] {
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll("\\", "/"))
    .filter((file) => file !== INDEX && !file.startsWith("assets/") && !NOT_SERVED.test(file));
}
