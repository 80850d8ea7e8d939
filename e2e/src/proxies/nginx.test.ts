import { describe, expect, it, onTestFinished } from "vitest";
import { examine } from "../doctor/examine.ts";
import { faultSuite } from "../doctor/fault.suite.ts";
import { healthyNginx, nginxFaults } from "../doctor/faults/nginx-faults.ts";
import { openStage } from "../doctor/stage.ts";
import { restartUnderLoad } from "./rolling-restart.ts";

// nginx has no health check of its own, so the test writes the ready replicas to its configuration.
it("fails no request of 5,000 while two replicas behind nginx restart", async () => {
  const { requests, failures } = await restartUnderLoad({
    command: "nginx",
    reloadSignal: "SIGHUP",
    args: (file, folder) => ["-p", folder, "-e", "stderr", "-c", file],
    configure: ({ listen, replicas }, folder) => `
daemon off;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `  ${name}_temp_path ${folder}/${name};`).join("\n")}
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
