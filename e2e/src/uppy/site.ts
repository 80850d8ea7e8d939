import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { forward, listen } from "../testing/forward.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Bundles the page of docs/uppy.md. Makes the page's variable `uppy` global for the tests. */
export async function bundlePage(): Promise<{ html: string; script: string }> {
  const text = await readFile(join(ROOT, "docs/uppy.md"), "utf8");
  const blockOf = (language: string) => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(text)?.[1] ?? "";
  const { outputFiles } = await build({
    stdin: { contents: `${blockOf("js")}\nwindow.uppy = uppy;`, resolveDir: import.meta.dirname },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  return { html: blockOf("html"), script: outputFiles[0]?.text ?? "" };
}

/** Changes the script so that Uppy calls the service through an application, below the path /valet. */
function inApplication(script: string): string {
  const changed = script.replace("companionEndpoint: location.origin", 'companionEndpoint: "/valet"');
  if (changed === script) throw new Error("The page of docs/uppy.md has no companionEndpoint to change");
  return changed;
}

/** Starts a proxy that serves the files of the page, and forwards all other requests to the service. */
export async function startSite(page: { html: string; script: string }) {
  let target = "";
  let bearer = "";
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? "/", "http://site").pathname;
    if (path === "/upload.html") respond(outgoing, "text/html", page.html);
    else if (path === "/upload.js") respond(outgoing, "text/javascript", page.script);
    else if (path === "/app/upload.html") respond(outgoing, "text/html", page.html);
    else if (path === "/app/upload.js") respond(outgoing, "text/javascript", inApplication(page.script));
    else if (path.startsWith("/valet/")) {
      incoming.url = incoming.url?.slice("/valet".length);
      incoming.headers.authorization = `Bearer ${bearer}`;
      forward({ incoming, outgoing }, { target });
    } else {
      if (path.startsWith("/s3/")) requests.push(`${incoming.method} ${path}`);
      forward({ incoming, outgoing }, { target });
    }
  });
  const port = await listen(server);
  return {
    origin: `http://localhost:${port}`,
    /** The requests of Uppy to paths below /s3, in order. */
    requests,
    passOnTo(url: string) {
      target = url;
    },
    /** Sets the bearer token that the application adds to each request below /valet. */
    signEveryoneIn(token: string) {
      bearer = token;
    },
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}

function respond(outgoing: ServerResponse, contentType: string, body: string): void {
  outgoing.writeHead(200, { "content-type": `${contentType}; charset=utf-8` }).end(body);
}
