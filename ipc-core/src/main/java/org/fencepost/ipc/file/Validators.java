package org.fencepost.ipc.file;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UnsupportedEncodingException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/** What {@link Validator} offers. */
final class Validators {
    private static final String SAX = "http://xml.org/sax/features/";
    private static final String LOADS_DTD =
        "http://apache.org/xml/features/nonvalidating/load-external-dtd";
    private static final int CHARACTERS = 8192;

    private Validators() {
    }

    /** In constant memory. */
    static void utf8(final byte[] content) throws IOException {
        final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        final ByteBuffer bytes = ByteBuffer.wrap(content);
        final CharBuffer characters = CharBuffer.allocate(CHARACTERS);
        CoderResult result;
        do {
            result = decoder.decode(bytes, characters.clear(), true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw new IOException("expected UTF-8, found another byte at " + bytes.position());
        }
    }

    static void properties(final byte[] content) throws IOException {
        utf8(content);
        new Properties().load(new StringReader(new String(content, StandardCharsets.UTF_8)));
    }

    static void xml(final byte[] content)
        throws IOException, SAXException, ParserConfigurationException {
        final SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
        factory.setNamespaceAware(true);
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature(SAX + "external-general-entities", false);
        factory.setFeature(SAX + "external-parameter-entities", false);
        factory.setFeature(LOADS_DTD, false);
        try {
            factory.newSAXParser().parse(new ByteArrayInputStream(content), new WellFormedness());
        } catch (final SAXParseException problem) {
            throw new SAXException("line " + problem.getLineNumber() + ", column " + problem.getColumnNumber() + ": "
                + problem.getMessage(), problem);
        } catch (final UnsupportedEncodingException unknown) {
            throw new IOException("expected an encoding that Java has, found " + unknown.getMessage(), unknown);
        }
    }

    private static final class WellFormedness extends DefaultHandler {
        @Override
        public void error(final SAXParseException problem) throws SAXException {
            throw problem;
        }

        @Override
        public InputSource resolveEntity(final String publicId, final String systemId) {
            return new InputSource(new StringReader(""));
        }
    }
}
