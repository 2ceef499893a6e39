package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Output;

/** {@code ipc verify}. */
public final class VerifyCommand extends VerifyingCommand {
    /** For the tool. */
    public VerifyCommand() {
        super("verify",
            "Reads all of a channel from its files, beside those who use it, and says what is wrong: files, words, "
                + "every frame, checksum and cursor, with positions.",
            "Goes on behind damage. Changes nothing and locks nothing. Exit code 1 if anything is wrong.");
    }

    @Override
    protected int run(final Output out) throws IOException {
        return verified((channel, verification) -> {
            final VerifyOutput found = new VerifyOutput(path(), channel, verification);
            if (json()) {
                out.json(found.toJson());
            } else {
                found.print(out);
            }
            return verification.findings().isEmpty() ? 0 : ExitCode.FAILED;
        });
    }
}
