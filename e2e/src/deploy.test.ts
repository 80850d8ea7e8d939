import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { S3, startDirectory } from "../../packages/server/src/platform/config/testing/start-directory.ts";
import { commandPath } from "./testing/selections.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const read = (path: string) => readFileSync(join(ROOT, "deploy", path), "utf8");

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "valetkey-deploy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("docs/deploy.md", () => {
  const page = readFileSync(join(ROOT, "docs/deploy.md"), "utf8");
  const blocks = [...page.matchAll(/```ini\n([\s\S]*?)```/g)].map(([, block = ""]) => block);

  it.each(blocks)("the service accepts all settings in docs/deploy.md (code block %#)", (block) => {
    const settings = Object.fromEntries(
      [...block.matchAll(/^ *(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    const secrets = Object.entries(S3).filter(([name]) => settings[name] === "…");
    const { config, warnings } = startDirectory().load({ ...settings, ...Object.fromEntries(secrets) });
    expect(warnings).toEqual([]);
    expect(config.server).toMatchObject({ trustProxy: 1, publicUrl: settings.PUBLIC_URL });
    expect(config.auth.signUp).toBe("closed");
  });

  it("docs/deploy.md names every sample in the folder deploy", () => {
    const samples = readdirSync(join(ROOT, "deploy"), { recursive: true, encoding: "utf8" });
    const isNamedElsewhere = (name: string) => name.endsWith("traefik/valetkey.yaml") || name.startsWith("cloudfront/");
    const files = samples.filter((name) => /\.\w+$|file$/.test(name) && !isNamedElsewhere(name));
    for (const file of files) expect(page).toContain(`deploy/${file}`);
    expect(files).toHaveLength(8);
  });
});

// These tests check the important settings without Traefik, because Debian and npm have no package with Traefik or its schema.
describe("the sample for Traefik", () => {
  const { entryPoints, certificatesResolvers, providers } = parse(read("traefik/traefik.yaml"));
  const { http } = parse(read("traefik/valetkey.yaml"));

  it("the Traefik sample redirects HTTP to HTTPS with a certificate of its resolver", () => {
    expect(entryPoints.web.http.redirections.entryPoint).toEqual({ to: "websecure", scheme: "https" });
    expect(Object.keys(certificatesResolvers)).toEqual([entryPoints.websecure.http.tls.certResolver]);
    expect(certificatesResolvers.letsencrypt.acme.httpChallenge.entryPoint).toBe("web");
    expect(providers.file.filename).toBe("/etc/traefik/valetkey.yaml");
  });

  it("the Traefik sample checks the health of two replicas and blocks /metrics", () => {
    expect(http.routers.valetkey.rule).toContain("!Path(`/metrics`)");
    const { loadBalancer } = http.services[http.routers.valetkey.service];
    expect(loadBalancer.healthCheck).toEqual({ path: "/readyz", interval: "1s", timeout: "5s" });
    expect(loadBalancer.servers).toHaveLength(2);
  });

  it("the Traefik sample is valid with its optional lines for the built-in bucket", () => {
    const uncommented = parse(
      read("traefik/valetkey.yaml").replace(
        /^( +)# (?=(?: {2})*(?:storage|rule|entryPoints|service|loadBalancer|servers|- url):)/gm,
        "$1",
      ),
    );
    expect(Object.keys(uncommented.http.services)).toEqual(["valetkey", "storage"]);
    expect(uncommented.http.routers.storage.service).toBe("storage");
    expect(uncommented.http.services.storage.loadBalancer.servers).toEqual([{ url: "http://127.0.0.1:3001" }]);
  });
});

describe("the sample for systemd", () => {
  const unit = read("systemd/valetkey.service");

  it("in the systemd sample, systemd waits longer than the service needs to stop", () => {
    const [, stopSeconds] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
    expect(Number(stopSeconds)).toBeGreaterThan(startDirectory().load({}).config.server.shutdownSeconds);
    expect(unit).toMatch(/^KillMode=mixed$/m);
    expect(unit).toMatch(/^ExecStart=\/usr\/bin\/npm start$/m);
  });

  const analyze = commandPath("systemd-analyze", process.env);
  it.each(analyze === undefined ? [] : [analyze])("the systemd sample passes the checks of %s", async (command) => {
    const file = join(makeFolder(), "valetkey.service");
    // systemd-analyze requires that the command of the unit exists on the test machine.
    writeFileSync(file, unit.replace("/usr/bin/npm", process.execPath));
    const { stderr } = await promisify(execFile)(command, ["verify", file]);
    expect(stderr).toBe("");
    const { stdout } = await promisify(execFile)(command, ["security", "--offline=true", "--no-pager", file]);
    expect(Number(/exposure level for valetkey\.service: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(2);
  });
});

describe("the sample for Kubernetes", () => {
  const documents = parseAllDocuments(read("kubernetes/valetkey.yaml"), { strict: true }).map((each) => each.toJS());
  const byKind = Object.fromEntries(documents.map((each) => [each.kind, each]));
  const pod = byKind.Deployment.spec.template.spec;
  const settings = { ...byKind.ConfigMap.data, ...byKind.Secret.stringData };

  it.each(documents.map((each) => [each.kind, each]))(
    "the Kubernetes sample has a valid object of the kind %s",
    async (kind, document) => {
      const model = await import(modelOf(document));
      const validate = () => new model[kind](document).validate();
      expect(validate).not.toThrow();
    },
  );

  it("the Kubernetes sample has only fields of the Kubernetes API", async () => {
    const folder = makeFolder();
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    for (const document of documents) {
      const type = `I${document.kind}`;
      const code = `import type { ${type} } from "${modelOf(document)}";\nexport const sample: ${type} = ${JSON.stringify(document)};\n`;
      writeFileSync(join(folder, `${document.kind}.ts`), code);
    }
    const compilerOptions = {
      module: "nodenext",
      target: "es2024",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const { stdout } = await promisify(execFile)(process.execPath, [TSC, "-p", folder]).catch((error) => error);
    expect(stdout).toBe("");
  });

  it("the Kubernetes sample has only settings that the service accepts", () => {
    const { AUTH_SECRET, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = S3;
    const env = { ...settings, AUTH_SECRET, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    const { config } = startDirectory().load(env);
    expect(config.server).toMatchObject({ host: "0.0.0.0", trustProxy: 1, publicUrl: "https://files.example.com" });
    expect(config.database.kind).toBe("postgres");
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(config.server.shutdownSeconds);
  });

  it("a pod of the Kubernetes sample drains until Kubernetes has noticed its /readyz", () => {
    const [{ readinessProbe }] = pod.containers;
    expect(readinessProbe.httpGet.path).toBe("/readyz");
    expect(readinessProbe.timeoutSeconds).toBeGreaterThanOrEqual(3);
    const noticed = readinessProbe.periodSeconds * readinessProbe.failureThreshold;
    expect(Number(settings.DRAIN_SECONDS)).toBeGreaterThan(noticed);
  });

  it("the Kubernetes sample exposes no metrics on the public port", () => {
    const [{ ports }] = pod.containers;
    expect(byKind.Service.spec.ports.map(({ targetPort }: { targetPort: string }) => targetPort)).toEqual(["http"]);
    expect(ports).toContainEqual({ name: "metrics", containerPort: Number(settings.METRICS_PORT) });
  });
});

/** Returns the module of kubernetes-models for an object. The schemas of kubernetes-models come from the OpenAPI document of Kubernetes. */
function modelOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return `kubernetes-models/${apiVersion}/${kind}`;
}
