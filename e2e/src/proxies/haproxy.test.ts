import { expect, it } from "vitest";
import { restartUnderLoad } from "./rolling-restart.ts";

it("fails no request of 5,000 while two replicas behind haproxy restart", async () => {
  const { requests, failures } = await restartUnderLoad({
    command: "haproxy",
    args: (file) => ["-db", "-q", "-f", file],
    configure: ({ listen, replicas }) => `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend public
  bind 127.0.0.1:${listen}
  default_backend replicas
backend replicas
  option httpchk GET /readyz
${replicas.map((port, index) => `  server replica${index} 127.0.0.1:${port} check inter 1s`).join("\n")}
`,
  });
  console.log(`haproxy: ${requests} requests, ${failures.length} failures`);
  expect(failures).toEqual([]);
}, 300_000);
