import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultSuite } from "../doctor/fault.suite.ts";
import { healthyNginx, nginxFaults } from "../doctor/faults/nginx-faults.ts";
import { examine, openStage, type Stage } from "../doctor/stage.ts";
import { type ProxySpec, restartUnderLoad } from "./rolling-upgrade.ts";
import { expectService, readSample, replaced, runSample } from "./sample-stage.ts";

const SAMPLE = "nginx/valetkey.conf";

// nginx does not call /readyz, so the test does. To remove a replica, the test writes `down` to its line, as the nginx sample says. The test
// of haproxy covers the upgrade from the previous version.
it("no request fails while two replicas behind nginx restart", async () => {
  const [upstream, , files] = serversOf(await readSample(SAMPLE));
  const proxy: ProxySpec = {
    command: "nginx",
    reloadSignal: "SIGHUP",
    args: (file, folder) => ["-p", folder, "-e", "stderr", "-c", file],
    configure({ listen, replicas: [first = 0, second = 0], isReady = () => true }, folder) {
      const replica = (port: number) => `server 127.0.0.1:${port}${isReady(port) ? "" : " down"};`;
      const replicas = replaced(upstream, {
        "server 127.0.0.1:3000;": replica(first),
        "# server 10.0.0.12:3000;": replica(second),
      });
      const server = replaced(files, {
        "listen 443 ssl;": `listen 127.0.0.1:${listen};`,
        "ssl_certificate /etc/letsencrypt/live/files.example.com/fullchain.pem;": "",
        "ssl_certificate_key /etc/letsencrypt/live/files.example.com/privkey.pem;": "",
      });
      return inHttp(folder, [replicas, server]);
    },
  };
  const { requests, failures } = await restartUnderLoad(proxy);
  console.log(`nginx: ${requests} requests, ${failures.length} failures`);
  expect(failures).toEqual([]);
}, 300_000);

it("the nginx sample serves the service and its bucket over HTTPS", async () => {
  const url = await runSample({
    command: "nginx",
    sample: SAMPLE,
    adapt: async (sample, { app, storage, service, bucket, certificate, key, folder, file }) => {
      const [upstream, plain, files, bucketServer] = serversOf(sample);
      const pathOf = (name: string) => `/etc/letsencrypt/live/${name}`;
      const tls = (host: string) => ({
        [`${pathOf(host)}/fullchain.pem`]: certificate,
        [`${pathOf(host)}/privkey.pem`]: key,
      });
      const servers = [
        replaced(upstream, { "127.0.0.1:3000": `127.0.0.1:${service}` }),
        replaced(plain, { "listen 80;": `listen unix:${folder}/plain.sock;` }),
        replaced(files, {
          "listen 443 ssl;": `listen 127.0.0.1:${app} ssl;`,
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
        configuration: inHttp(folder, servers),
      };
    },
  });
  await expectService(url);
});

describe("the doctor behind nginx", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  faultSuite(nginxFaults, () => stage);

  it("the doctor behind nginx reports no false fault", async () => {
    const { findings, checked } = await examine(await healthyNginx(stage));
    expect(findings).toEqual([]);
    expect(checked).toContain("PUBLIC_URL and its proxy");
  });
});

/** Splits the nginx sample into the upstream, the redirect to HTTPS, the server for the service, and the server for the built-in bucket. */
function serversOf(sample: string) {
  return sample.split(/^(?=upstream|server \{)/m).slice(1) as [string, string, string, string];
}

/** Returns a configuration with separate folders, so that this nginx can run while another nginx runs on the machine. */
function inHttp(folder: string, blocks: string[]): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const folders = temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`);
  const http = ["  access_log off;", ...folders, ...blocks].join("\n");
  return `daemon off;\npid ${folder}/nginx.pid;\nevents {}\nhttp {\n${http}\n}\n`;
}
