import { useMutation, useQuery } from "@tanstack/react-query";
import { Download, Smartphone } from "lucide-react";
import { useState } from "react";
import { Button, buttonStyle } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Section } from "../../components/page.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { saveBlob } from "../../files/zip-target.ts";
import { accountCalls } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { useCode } from "../../service/lazy-code.ts";
import { invalidate, keys, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { secondFactorTexts as words } from "../../texts/en/settings.ts";
import { formatInstant, texts } from "../../texts/index.ts";
import { useForm } from "./form-validation.ts";
import { FormCard, PasswordAgain } from "./password-again.tsx";

type Step =
  | { name: "password"; for: "start" | "remove" | "renew" }
  | { name: "app"; secret: string; url: string }
  | { name: "codes"; codes: readonly string[] };

/** Lets the user set up or turn off an authenticator app, and get new recovery codes. */
export function SecondFactorSection() {
  const state = useQuery({ queryKey: keys.secondFactor, queryFn: accountCalls.secondFactor });
  const [step, setStep] = useState<Step>();
  return (
    <Section title={words.title} hint={words.hint}>
      {state.isPending && <Skeleton className="h-9" />}
      {state.isError && state.data === undefined && <Failure title={words.failedToLoad} query={state} />}
      {state.data?.isOn && step?.name !== "codes" && (
        <p className="text-pretty text-small">
          {words.on} {words.codesLeft(state.data.recoveryCodesLeft)}
        </p>
      )}
      {state.data !== undefined && step === undefined && (
        <div className="flex flex-wrap gap-2">
          {state.data.isOn ? (
            <>
              <Button onClick={() => setStep({ name: "password", for: "renew" })}>{words.newCodes}</Button>
              <Button onClick={() => setStep({ name: "password", for: "remove" })}>{words.turnOff}</Button>
            </>
          ) : (
            <Button onClick={() => setStep({ name: "password", for: "start" })}>{words.setUp}</Button>
          )}
        </div>
      )}
      {step !== undefined && <CurrentStep step={step} onStep={setStep} />}
    </Section>
  );
}

function CurrentStep({ step, onStep }: { step: Step; onStep: (next: Step | undefined) => void }) {
  const close = () => onStep(undefined);
  const showCodes = async ({ recoveryCodes: codes }: { recoveryCodes: string[] }) => {
    onStep({ name: "codes", codes });
    await refresh();
  };
  const start = useMutation({
    mutationFn: accountCalls.startSecondFactor,
    onSuccess: (app) => onStep({ name: "app", ...app }),
  });
  const renew = useMutation({ mutationFn: accountCalls.renewRecoveryCodes, onSuccess: showCodes });
  const remove = useMutation({
    mutationFn: accountCalls.removeSecondFactor,
    async onSuccess() {
      close();
      toasts.add({ title: words.turnedOff });
      await refresh();
    },
  });
  if (step.name === "codes") return <RecoveryCodes codes={step.codes} onClose={close} />;
  if (step.name === "app") {
    const onConfirmed = (confirmed: { recoveryCodes: string[] }) => {
      toasts.add({ title: words.turnedOn });
      void showCodes(confirmed);
    };
    return <AppSetUp secret={step.secret} url={step.url} onConfirmed={onConfirmed} onClose={close} />;
  }
  const use = { start, renew, remove }[step.for];
  const action = { start: words.continue, renew: words.newCodes, remove: words.turnOff }[step.for];
  return (
    <PasswordAgain
      key={step.for}
      action={action}
      error={use.error}
      isPending={use.isPending}
      onSubmit={(password) => use.mutate(password)}
      onClose={close}
    />
  );
}

const refresh = () => invalidate(keys.secondFactor, keys.sessions);

function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <div className="flex flex-col gap-4 rounded-card border bg-surface p-4">
      <div>
        <h3 className="font-medium">{words.codesTitle}</h3>
        <p className="text-pretty text-muted text-small">{words.codesHint}</p>
      </div>
      <ul aria-label={words.codesTitle} className="grid gap-x-6 gap-y-1 font-mono text-small sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex justify-end gap-2 max-sm:flex-col">
        <CopyButton text={codes.join("\n")} action={words.copyCodes} />
        <DownloadCodes codes={codes} />
        <Button kind="primary" onClick={onClose}>
          {words.kept}
        </Button>
      </div>
    </div>
  );
}

/** Saves the recovery codes as a text file with the name of the service, the account and the date. */
function DownloadCodes({ codes }: { codes: readonly string[] }) {
  const { data: session } = useQuery(sessionQuery);
  function save(): void {
    const text = words.codesFile({
      service: `${texts.app.name} (${location.host})`,
      account: session?.user.email ?? "",
      date: formatInstant(new Date().toISOString()),
      codes: codes.join("\n"),
    });
    saveBlob(new Blob([text], { type: "text/plain" }), words.codesFilename);
  }
  return (
    <Button onClick={save}>
      <Download size={16} />
      {words.downloadCodes}
    </Button>
  );
}

const loadQrCode = () => import("../../components/qr-code.tsx");

type AppSetUpProps = {
  secret: string;
  url: string;
  onConfirmed: (confirmed: { recoveryCodes: string[] }) => void;
  onClose: () => void;
};

/** Shows the secret for an authenticator app, and asks for the first code from the app. */
function AppSetUp({ secret, url, onConfirmed, onClose }: AppSetUpProps) {
  // If the QR code cannot be loaded, the user can type the secret.
  const { data: qr } = useCode("QR code", loadQrCode);
  const { form, problems } = useForm({
    fields: ["code"],
    check: ({ code }) => ({ code: code.trim() === "" ? words.codeMissing : undefined }),
    send: ({ code }) => confirm.mutate(code),
  });
  const confirm = useMutation({ mutationFn: accountCalls.confirmSecondFactor, onSuccess: onConfirmed });
  const isWrong = hasCode(confirm.error, "wrong_second_factor");

  return (
    <FormCard {...form} label={words.title} action={words.turnOn} isPending={confirm.isPending} onClose={onClose}>
      {confirm.isError && !isWrong && <Problem error={confirm.error} />}
      <a href={url} className={buttonStyle({ className: "pointer-fine:hidden" })}>
        <Smartphone size={16} />
        {words.openApp}
      </a>
      <p className="text-small">{words.scan}</p>
      {qr === undefined ? (
        <Skeleton className="size-52" />
      ) : (
        <qr.QrCode text={url} label={words.qrLabel} className="rounded-card" />
      )}
      <div className="flex flex-col gap-1">
        <p className="text-muted text-small">{words.key}</p>
        <div className="flex items-center gap-2">
          <code className="min-w-0 grow rounded-card bg-sunken px-3 py-2 font-mono text-small">
            {secret.replaceAll(/.{4}(?=.)/g, "$& ")}
          </code>
          <CopyButton text={secret} />
        </div>
      </div>
      <TextField
        name="code"
        label={words.code}
        autoComplete="one-time-code"
        inputMode="numeric"
        autoFocus
        hint={words.codeHint}
        error={problems.code ?? (isWrong ? words.wrongCode : undefined)}
      />
    </FormCard>
  );
}
