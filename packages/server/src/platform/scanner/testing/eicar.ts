/**
 * Every virus scanner reports the harmless EICAR text as a virus. The code joins the text from two parts, so that no scanner reports the
 * source file.
 */
export const EICAR = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-", "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");
