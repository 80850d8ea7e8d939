import { join } from "node:path";

export type Framework = {
  name: string;
  /**
   * The packages to install in addition to @valetkey/server, in the newest or in the given version. The table shows the version of the
   * first package.
   */
  packages: readonly string[];
  /** The folder of the application below this folder, or its file below `servers`. */
  source: string;
  /** The files that mount the routes. The printed table shows the number of lines in these files. */
  mount: readonly string[];
  shared?: string;
  build?: readonly string[];
  /** The command that starts the application. It runs in the folder of the application. */
  start: readonly string[];
  /**
   * A folder below this folder, whose file `run.mjs` runs the checks in another runtime or with another library. `args` follow the JSON of
   * `Input`. Default: the checks run in this process.
   */
  client?: { source: string; args: readonly string[]; needsPostgres?: true };
};

const bin = (name: string) => join("node_modules/.bin", name);
const node = process.execPath;

function server(name: string, packages: readonly string[], runtime: readonly string[] = [node]): Framework {
  const file = `${name}.mjs`;
  return { name, packages, source: join("servers", file), mount: [join("servers", file)], start: [...runtime, file] };
}

/** An Express application that esbuild bundles into one file, with the setting that docs/embedding.md names. */
const bundled: Framework = {
  ...server("express", ["express", "esbuild"]),
  name: "express, in a bundle of esbuild",
  build: [
    bin("esbuild"),
    ...["express.mjs", "--bundle", "--platform=node", "--format=esm", "--outfile=dist/app.mjs"],
    ...["--external:@valetkey/server", "--banner:js=const require = process.getBuiltinModule;"],
  ],
  start: [node, "dist/app.mjs"],
};

/** Cloudflare Workers as a client of a Node.js server. */
const workers = (name: string, args: readonly string[] = []): Framework => ({
  ...server("node", ["miniflare", "esbuild"]),
  name,
  client: { source: "workers", args },
});

/** The transactions with Prisma in docs/embedding.md. */
const prisma: Framework = {
  ...server("node", ["@prisma/client", "prisma", "@prisma/adapter-pg", "pg"]),
  name: "prisma",
  build: [bin("prisma"), "generate", "--schema", "schema.prisma"],
  client: { source: "prisma", args: [], needsPostgres: true },
};

export const FRAMEWORKS: readonly Framework[] = [
  server("node", []),
  server("express", ["express"]),
  bundled,
  server("fastify", ["fastify"]),
  server("hono", ["hono", "@hono/node-server"]),
  server("koa", ["koa"]),
  server("nest", ["@nestjs/core", "@nestjs/common", "@nestjs/platform-express", "reflect-metadata", "rxjs"]),
  server("elysia", ["elysia", "bun"], [bin("bun")]),
  server("bun", ["bun"], [bin("bun")]),
  server("deno", ["deno"], [bin("deno"), "run", "-A"]),
  {
    name: "next",
    packages: ["next", "react", "react-dom"],
    source: "next",
    mount: ["next/instrumentation.js", "next/app/files/[...path]/route.js", "next/next.config.js"],
    build: [bin("next"), "build"],
    start: [bin("next"), "start"],
  },
  {
    name: "sveltekit",
    packages: ["@sveltejs/kit", "@sveltejs/adapter-node", "@sveltejs/vite-plugin-svelte", "svelte", "vite"],
    source: "sveltekit",
    mount: ["sveltekit/src/hooks.server.js", "sveltekit/src/routes/files/[...path]/+server.js"],
    shared: "src",
    build: [bin("vite"), "build"],
    start: [node, "build"],
  },
  {
    name: "react-router",
    // Each of these packages needs exactly the same version of the others.
    packages: [
      ...["react-router@8.4.0", "@react-router/serve@8.4.0", "@react-router/node@8.4.0", "@react-router/dev@8.4.0"],
      ...["react", "react-dom", "isbot", "vite"],
    ],
    source: "react-router",
    mount: ["react-router/app/files.js", "react-router/app/routes.js"],
    shared: "app",
    build: [bin("react-router"), "build"],
    start: [bin("react-router-serve"), "build/server/index.js"],
  },
  workers("workers"),
  workers("workers, with nodejs_compat", ["nodejs_compat"]),
  prisma,
];
