package org.fencepost.ipc.demo.file;

import java.nio.file.Path;
import org.fencepost.ipc.demo.Ipc;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** For the path of a file. One that ends with / is that of a directory, which a {@link Path} does not show any more. */
final class FileConverter implements ITypeConverter<Path> {
    private final Ipc.PathConverter paths = new Ipc.PathConverter();

    @Override
    public Path convert(final String typed) {
        final Path path = paths.convert(typed);
        if (typed.endsWith("/") && path.getFileName() != null) {
            throw new TypeConversionException("expected a file, but was '" + typed + "', which names a directory");
        }
        return path;
    }
}
