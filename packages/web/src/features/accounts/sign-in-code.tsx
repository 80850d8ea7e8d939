import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { accountCalls, type Credentials } from "../../service/account-calls.ts";
import { hasCode } from "../../service/client.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { AccountCard } from "./account-card.tsx";
import { describeSignIn } from "./describe-sign-in.ts";
import { useProblems, valuesOf } from "./form-validation.ts";

const words = accountTexts.signIn;

type SignInCodeProps = {
  /** The email address and the password of the first step. The service accepted them, and checks them again together with the code. */
  credentials: Credentials;
  onDone: () => Promise<void>;
  onBack: () => void;
};

/** The second step of a sign-in: a code of the authenticator app, or a recovery code. */
export function SignInCode({ credentials, onDone, onBack }: SignInCodeProps) {
  const { form, problems, report } = useProblems<"code">();
  const signIn = useMutation({
    mutationFn: (code: string) => accountCalls.signIn({ ...credentials, code }),
    onSuccess: onDone,
    onError: (failure) => hasCode(failure, "wrong_second_factor") && report({ code: words.wrongCode }),
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { code } = valuesOf(event.currentTarget, ["code"]);
    if (!report({ code: code.trim() === "" ? words.codeMissing : undefined })) signIn.mutate(code);
  }

  return (
    <AccountCard title={words.codeTitle} hint={words.codeHint}>
      <form ref={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {signIn.isError && !hasCode(signIn.error, "wrong_second_factor") && (
          <Problem>{describeSignIn(signIn.error)}</Problem>
        )}
        <TextField
          name="code"
          label={words.code}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          hint={words.codeFieldHint}
          error={problems.code}
        />
        <Button type="submit" kind="primary" disabled={signIn.isPending || signIn.isSuccess}>
          {signIn.isPending ? words.pending : words.action}
        </Button>
        <Button kind="quiet" onClick={onBack}>
          {words.back}
        </Button>
      </form>
    </AccountCard>
  );
}
