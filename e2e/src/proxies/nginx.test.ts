import { describe, expect, it, onTestFinished } from "vitest";
import { examine } from "../doctor/examine.ts";
import { faultSuite } from "../doctor/fault.suite.ts";
import { healthyNginx, nginxFaults } from "../doctor/faults/nginx-faults.ts";
import { openStage } from "../doctor/stage.ts";
import { restartUnderLoad } from "./rolling-restart.ts";
import { expectService, replaced, runSample } from "./sample-stage.ts";

// nginx does not call /readyz of the replicas. So the test calls /readyz, and writes the ready replicas to the configuration of nginx.
it("fails no request while two replicas behind nginx restart", async () => {
  const { requests, failures } = await restartUnderLoad({
    command: "nginx",
    reloadSignal: "SIGHUP",
    args: (file, folder) => ["-p", folder, "-e", "stderr", "-c", file],
    configure: ({ listen, replicas }, folder) => `
daemon off;
pid ${folder}/nginx.pid;
events {}
http {
${privateFolders(folder)}
  upstream replicas {
${replicas.map((port) => `    server 127.0.0.1:${port};`).join("\n")}
  }
  server {
    listen 127.0.0.1:${listen};
    location / {
      proxy_pass http://replicas;
    }
  }
}
`,
  });
  console.log(`nginx: ${requests} requests, ${failures.length} failures`);
  expect(failures).toEqual([]);
}, 300_000);

it("serves the service and its bucket over HTTPS with the sample", async () => {
  const url = await runSample({
    command: "nginx",
    sample: "nginx/valetkey.conf",
    adapt: async (sample, { app, storage, service, bucket, certificate, key, folder, file }) => {
      const [plain, files, bucketServer] = sample.split(/(?=^server \{)/m).slice(1) as [string, string, string];
      const pathOf = (name: string) => `/etc/letsencrypt/live/${name}`;
      const tls = (host: string) => ({
        [`${pathOf(host)}/fullchain.pem`]: certificate,
        [`${pathOf(host)}/privkey.pem`]: key,
      });
      const servers = [
        replaced(plain, { "listen 80;": `listen unix:${folder}/plain.sock;` }),
        replaced(files, {
          "listen 443 ssl;": `listen 127.0.0.1:${app} ssl;`,
          "127.0.0.1:3000": `127.0.0.1:${service}`,
          ...tls("files.example.com"),
        }),
        replaced(bucketServer, {
          "listen 443 ssl;": `listen 127.0.0.1:${storage} ssl;`,
          "127.0.0.1:3001": `127.0.0.1:${bucket}`,
          ...tls("storage.example.com"),
        }),
      ];
      return {
        args: ["-p", folder, "-e", "stderr", "-c", file],
        configuration: `daemon off;\npid ${folder}/nginx.pid;\nevents {}\nhttp {\n${privateFolders(folder)}\n${servers.join("\n")}\n}`,
      };
    },
  });
  await expectService(url);
});

describe("the doctor behind nginx", () => {
  faultSuite(nginxFaults);

  it("invents no fault", async () => {
    const stage = await openStage();
    onTestFinished(stage.close);
    const { findings, checked } = await examine(await healthyNginx(stage));
    expect(findings).toEqual([]);
    expect(checked).toContain("PUBLIC_URL and its proxy");
  });
});

/** Returns settings with separate folders, so that this nginx can run beside another nginx of the machine. */
function privateFolders(folder: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return ["  access_log off;", ...temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`)].join("\n");
}
