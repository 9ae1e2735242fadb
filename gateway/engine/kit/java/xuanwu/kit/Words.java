package xuanwu.kit;

import java.io.Reader;
import java.io.StringReader;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The words that Flink's parser knows: [word, "R" reserved | "N" keyword that may be a name].
 *
 * <p>By reflection: the parser is in the planner's class loader.
 */
final class Words {

    private static final String PARSER = "org.apache.flink.sql.parser.impl.FlinkSqlParserImpl";

    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]*");

    private Words() {}

    static List<String[]> of(ClassLoader planner) throws ReflectiveOperationException {
        Object factory = Class.forName(PARSER, true, planner).getField("FACTORY").get(null);
        Method make = factory.getClass().getMethod("getParser", Reader.class);
        make.setAccessible(true);
        Object parser = make.invoke(factory, new StringReader("SELECT 1"));
        Object metadata = parser.getClass().getMethod("getMetadata").invoke(parser);
        List<String[]> words = new ArrayList<>();
        for (Object token : new TreeSet<>((List<?>) call(metadata, "getTokens"))) {
            String word = (String) token;
            if (!NAME.matcher(word).matches()) { // operators, and END-EXEC
                continue;
            }
            if ((Boolean) call(metadata, "isReservedWord", word)) {
                words.add(new String[] {word, "R"});
            } else if ((Boolean) call(metadata, "isKeyword", word)) {
                words.add(new String[] {word, "N"});
            }
        }
        return words;
    }

    private static Object call(Object metadata, String name, String... word)
            throws ReflectiveOperationException {
        Class<?>[] types = word.length == 0 ? new Class<?>[0] : new Class<?>[] {String.class};
        Method method = metadata.getClass().getMethod(name, types);
        method.setAccessible(true);
        return method.invoke(metadata, (Object[]) word);
    }
}
