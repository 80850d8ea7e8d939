import { useMutation } from "@tanstack/react-query";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { canUsePasskeys, isCancelled, signInWithPasskey } from "../../service/passkeys.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { describeSignIn } from "./describe-sign-in.ts";

const words = accountTexts.signIn;

/** Signs in with a passkey. Renders nothing if this page can't use passkeys. */
export function PasskeyButton({ onDone }: { onDone: () => Promise<void> }) {
  const signIn = useMutation({ mutationFn: signInWithPasskey, onSuccess: onDone });
  if (!canUsePasskeys()) return null;
  return (
    <div className="mt-4 flex flex-col gap-4">
      <Button disabled={signIn.isPending || signIn.isSuccess} onClick={() => signIn.mutate()}>
        {words.withPasskey}
      </Button>
      {signIn.isError && !isCancelled(signIn.error) && <Problem>{describeSignIn(signIn.error)}</Problem>}
    </div>
  );
}
