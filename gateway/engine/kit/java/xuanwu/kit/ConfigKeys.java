package xuanwu.kit;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.FallbackKey;

/**
 * The options of the release: every ConfigOption in a static field of a class in its jars, as
 * [key, default, class, fallback keys…].
 */
final class ConfigKeys {

    private static final String TYPE = "Lorg/apache/flink/configuration/ConfigOption;";

    private final ClassLoader planner;
    private final List<List<String>> found = new ArrayList<>();

    private ConfigKeys(ClassLoader planner) {
        this.planner = planner;
    }

    static List<List<String>> of(ClassLoader planner) throws IOException {
        ConfigKeys keys = new ConfigKeys(planner);
        for (String path : System.getProperty("java.class.path").split(":")) {
            keys.jar(path);
        }
        return keys.found;
    }

    private void jar(String path) throws IOException {
        try (JarFile jar = new JarFile(path)) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().endsWith(".class") && holdsOptions(jar, entry)) {
                    type(entry.getName());
                }
            }
        }
    }

    private static boolean holdsOptions(JarFile jar, JarEntry entry) throws IOException {
        byte[] content = new byte[(int) entry.getSize()];
        try (InputStream source = jar.getInputStream(entry)) {
            new java.io.DataInputStream(source).readFully(content);
        }
        // Names of types stand in a class file as they are.
        return new String(content, StandardCharsets.ISO_8859_1).contains(TYPE);
    }

    private void type(String entry) {
        String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
        try {
            for (Field field : Class.forName(name, true, planner).getDeclaredFields()) {
                boolean fixed = Modifier.isStatic(field.getModifiers());
                if (fixed && field.getType() == ConfigOption.class) {
                    field.setAccessible(true);
                    option(name, (ConfigOption<?>) field.get(null));
                }
            }
        } catch (ReflectiveOperationException | LinkageError absent) {
            System.err.println("left out: " + name + ": " + absent); // needs classes not there
        }
    }

    private void option(String type, ConfigOption<?> option) {
        if (option == null) {
            return;
        }
        List<String> row = new ArrayList<>();
        row.add(option.key());
        row.add(String.valueOf(option.defaultValue()));
        row.add(type);
        for (FallbackKey key : option.fallbackKeys()) {
            row.add(key.getKey());
        }
        found.add(row);
    }
}
