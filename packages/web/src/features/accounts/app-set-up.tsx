import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-line.tsx";
import { Problem, Skeleton } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { copyText } from "../../service/clipboard.ts";
import { useCode } from "../../service/lazy-code.ts";
import { secondFactorTexts as words } from "../../texts/en/second-factor.ts";
import { texts } from "../../texts/index.ts";
import { useProblems, valuesOf } from "./form-validation.ts";

const loadQrCode = () => import("../../components/qr-code.tsx");

type AppSetUpProps = {
  secret: string;
  url: string;
  onConfirmed: (confirmed: { recoveryCodes: string[] }) => void;
  onClose: () => void;
};

/** Shows the secret for an authenticator app, and asks for its first code. */
export function AppSetUp({ secret, url, onConfirmed, onClose }: AppSetUpProps) {
  // If the QR code can't be loaded, the user can type the key.
  const { data: qr } = useCode("QR code", loadQrCode);
  const { form, problems, report } = useProblems<"code">();
  const confirm = useMutation({ mutationFn: accountCalls.confirmSecondFactor, onSuccess: onConfirmed });
  const isWrong = hasCode(confirm.error, "wrong_second_factor");

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { code } = valuesOf(event.currentTarget, ["code"]);
    if (!report({ code: code.trim() === "" ? words.codeMissing : undefined })) confirm.mutate(code);
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      aria-label={words.title}
      className="flex flex-col gap-4 rounded-card border bg-surface p-4"
    >
      {confirm.isError && !isWrong && <Problem error={confirm.error} />}
      <p className="text-small">{words.scan}</p>
      {qr === undefined ? (
        <Skeleton className="size-52" />
      ) : (
        <qr.QrCode text={url} label={words.qrLabel} className="rounded-card" />
      )}
      <div className="flex flex-col gap-1">
        <p className="text-muted text-small">{words.key}</p>
        <CopyLine label={words.key} text={secret} onCopy={copyText} />
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
      <div className="flex justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {texts.common.cancel}
        </Button>
        <Button type="submit" kind="primary" disabled={confirm.isPending}>
          {words.turnOn}
        </Button>
      </div>
    </form>
  );
}
