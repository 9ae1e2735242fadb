package xuanwu.kit;

import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.table.factories.Factory;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * Prints the options of every factory on the class path, tab-separated, one line each: jar, roles
 * (interfaces), identifier, R or O (required, optional), key, type, default, fallback keys. A
 * factory without options has one line with an empty key. What all tables may have stands under the
 * identifier "*" with the name of its field in place of a role.
 *
 * <p>Run by gateway/engine/kit/options.py; no engine needs it.
 */
public final class Options {

    private final PrintStream out;

    private Options(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        Options options = new Options(new PrintStream(System.out, true, "UTF-8"));
        Iterator<Factory> factories = ServiceLoader.load(Factory.class).iterator();
        while (hasNext(factories)) {
            try {
                options.factory(factories.next());
            } catch (ServiceConfigurationError | LinkageError absent) {
                System.err.println("left out: " + absent); // needs classes that are not there
            }
        }
        options.common();
    }

    private static boolean hasNext(Iterator<Factory> factories) {
        try {
            return factories.hasNext();
        } catch (ServiceConfigurationError absent) { // the iterator has gone past it
            System.err.println("left out: " + absent);
            return hasNext(factories);
        }
    }

    private void factory(Factory factory) throws ReflectiveOperationException {
        Set<String> roles = new TreeSet<>();
        for (Class<?> type = factory.getClass(); type != null; type = type.getSuperclass()) {
            roles(type, roles);
        }
        String head = jar(factory.getClass()) + '\t' + String.join(",", roles);
        head += '\t' + factory.factoryIdentifier();
        Set<ConfigOption<?>> required = factory.requiredOptions();
        Set<ConfigOption<?>> optional = factory.optionalOptions();
        if (required.isEmpty() && optional.isEmpty()) {
            out.println(head + "\tO\t\t\t\t");
        }
        for (ConfigOption<?> option : required) {
            option(head + "\tR", option);
        }
        for (ConfigOption<?> option : optional) {
            option(head + "\tO", option);
        }
    }

    private static void roles(Class<?> type, Collection<String> found) {
        for (Class<?> each : type.getInterfaces()) {
            if (each != Factory.class && Factory.class.isAssignableFrom(each)) {
                found.add(each.getSimpleName());
            }
            roles(each, found);
        }
    }

    private static String jar(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        String path = source.getLocation().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private void common() throws ReflectiveOperationException {
        for (Field field : FactoryUtil.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
                field.setAccessible(true);
                String head = jar(FactoryUtil.class) + '\t' + field.getName() + "\t*\tO";
                option(head, (ConfigOption<?>) field.get(null));
            }
        }
    }

    private void option(String head, ConfigOption<?> option) throws ReflectiveOperationException {
        StringBuilder fallbacks = new StringBuilder();
        for (FallbackKey key : option.fallbackKeys()) {
            fallbacks.append(fallbacks.length() == 0 ? "" : ",").append(key.getKey());
        }
        Object value = option.defaultValue();
        out.println(
                String.join(
                        "\t",
                        head,
                        option.key(),
                        type(option),
                        value == null ? "" : escaped(value.toString()),
                        fallbacks));
    }

    /** The class and whether it is a list are known to Flink's own package only. */
    private static String type(ConfigOption<?> option) throws ReflectiveOperationException {
        Class<?> type = (Class<?>) call(option, "getClazz");
        String name = type.getSimpleName().toLowerCase(java.util.Locale.ROOT);
        if (type.isEnum()) {
            name = Arrays.stream(type.getEnumConstants())
                    .map(Object::toString)
                    .collect(Collectors.joining("|", "enum:", ""));
        }
        return (Boolean) call(option, "isList") ? "list:" + name : name;
    }

    private static Object call(ConfigOption<?> option, String name)
            throws ReflectiveOperationException {
        Method method = ConfigOption.class.getDeclaredMethod(name);
        method.setAccessible(true);
        return method.invoke(option);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
    }
}
