package org.fencepost.ipc.tests.death;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The default file system, with a call of {@code step} before everything that changes it. Its paths
 * lead {@link java.nio.file.Files} here; the system's own are behind {@link #real}.
 */
final class CountingFiles extends FileSystemProvider {
    private final Runnable step;
    private final FileSystem system;
    private final FileSystemProvider provider;
    private final FileSystem counting = new Counting();

    private CountingFiles(final Runnable step, final FileSystem system) {
        this.step = step;
        this.system = system;
        this.provider = system.provider();
    }

    /** The same path, whose operations call {@code step}. */
    static Path counted(final Path path, final Runnable step) {
        return new CountingFiles(step, path.getFileSystem()).wrap(path);
    }

    /** The system's own path. */
    static Path real(final Path path) {
        return Proxy.isProxyClass(path.getClass())
            ? ((CountedPath) Proxy.getInvocationHandler(path)).path : path;
    }

    private Path wrap(final Path path) {
        return (Path) Proxy.newProxyInstance(
            Path.class.getClassLoader() == null ? CountingFiles.class.getClassLoader()
                : Path.class.getClassLoader(),
            new Class<?>[] {Path.class}, new CountedPath(path));
    }

    private final class CountedPath implements InvocationHandler {
        private final Path path;

        CountedPath(final Path path) {
            this.path = path;
        }

        @Override
        public Object invoke(final Object proxy, final Method method, final Object[] arguments)
            throws Throwable {
            if (method.getName().equals("getFileSystem")) {
                return counting;
            }
            final Object[] real = arguments == null ? new Object[0] : arguments.clone();
            for (int i = 0; i < real.length; i++) {
                if (real[i] instanceof Path argument) {
                    real[i] = real(argument);
                }
            }
            final Object result;
            try {
                result = method.invoke(path, real);
            } catch (final InvocationTargetException failure) {
                throw failure.getCause();
            }
            return result instanceof Path returned ? wrap(returned) : result;
        }
    }

    @Override
    public String getScheme() {
        return provider.getScheme();
    }

    @Override
    public FileSystem newFileSystem(final URI uri, final Map<String, ?> options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(final URI uri) {
        return counting;
    }

    @Override
    public Path getPath(final URI uri) {
        return wrap(provider.getPath(uri));
    }

    @Override
    public SeekableByteChannel newByteChannel(
        final Path path, final Set<? extends OpenOption> options,
        final FileAttribute<?>... attributes) throws IOException {
        step.run();
        return provider.newByteChannel(real(path), options, attributes);
    }

    @Override
    public FileChannel newFileChannel(
        final Path path, final Set<? extends OpenOption> options,
        final FileAttribute<?>... attributes) throws IOException {
        step.run();
        return new CountingFileChannel(
            provider.newFileChannel(real(path), options, attributes), step);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        final Path directory, final DirectoryStream.Filter<? super Path> filter)
        throws IOException {
        step.run();
        final DirectoryStream<Path> stream =
            provider.newDirectoryStream(real(directory), entry -> filter.accept(wrap(entry)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                final Iterator<Path> entries = stream.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return entries.hasNext();
                    }

                    @Override
                    public Path next() {
                        return wrap(entries.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    @Override
    public void createDirectory(final Path path, final FileAttribute<?>... attributes)
        throws IOException {
        step.run();
        provider.createDirectory(real(path), attributes);
    }

    @Override
    public void createLink(final Path link, final Path existing) throws IOException {
        step.run();
        provider.createLink(real(link), real(existing));
    }

    @Override
    public void delete(final Path path) throws IOException {
        step.run();
        provider.delete(real(path));
    }

    @Override
    public void copy(final Path source, final Path target, final CopyOption... options)
        throws IOException {
        step.run();
        provider.copy(real(source), real(target), options);
    }

    @Override
    public void move(final Path source, final Path target, final CopyOption... options)
        throws IOException {
        step.run();
        provider.move(real(source), real(target), options);
    }

    @Override
    public boolean isSameFile(final Path path, final Path other) throws IOException {
        return provider.isSameFile(real(path), real(other));
    }

    @Override
    public boolean isHidden(final Path path) throws IOException {
        return provider.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(final Path path) throws IOException {
        return provider.getFileStore(real(path));
    }

    @Override
    public void checkAccess(final Path path, final AccessMode... modes) throws IOException {
        provider.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        final Path path, final Class<V> type, final LinkOption... options) {
        return provider.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        final Path path, final Class<A> type, final LinkOption... options) throws IOException {
        return provider.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(
        final Path path, final String attributes, final LinkOption... options)
        throws IOException {
        return provider.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(
        final Path path, final String attribute, final Object value, final LinkOption... options)
        throws IOException {
        step.run();
        provider.setAttribute(real(path), attribute, value, options);
    }

    private final class Counting extends FileSystem {
        @Override
        public FileSystemProvider provider() {
            return CountingFiles.this;
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return system.isReadOnly();
        }

        @Override
        public String getSeparator() {
            return system.getSeparator();
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            return system.getFileStores();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return system.supportedFileAttributeViews();
        }

        @Override
        public Path getPath(final String first, final String... more) {
            return wrap(system.getPath(first, more));
        }

        @Override
        public PathMatcher getPathMatcher(final String pattern) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            return system.getUserPrincipalLookupService();
        }

        @Override
        public WatchService newWatchService() {
            throw new UnsupportedOperationException();
        }
    }
}
