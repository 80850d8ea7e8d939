import { randomUUID } from "node:crypto";
import { cookies } from "next/headers";
import { sessions } from "../users";

/** Signs a user in with only a name. Your application needs a real sign-in. */
async function signIn(form: FormData) {
  "use server";
  const session = randomUUID();
  sessions.set(session, { id: String(form.get("name")) });
  (await cookies()).set("session", session, { httpOnly: true, sameSite: "lax" });
}

export function SignIn() {
  return (
    <form action={signIn}>
      <h1>Albums</h1>
      <label>
        Your name <input name="name" required />
      </label>
      <button type="submit">Sign in</button>
    </form>
  );
}
